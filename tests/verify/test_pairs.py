"""Lines as they stand on bilingual posters: true translations pass, and a figure that differs is found."""

from __future__ import annotations

import pytest

from qwen_pipeline.types import TextPart
from qwen_pipeline.verify.moments import take_moments
from qwen_pipeline.verify.pairing import differences, said
from qwen_pipeline.verify.spelled import spelled_numbers

TRUE = [
    ("周一闭馆", "Closed on Mondays"),
    ("每晚八点，露天放映", "Open-air screenings, every night at eight"),
    ("凌晨四点，鱼已上岸", "On the quay by four"),
    ("4月18日—20日 9:00—18:00", "18–20 April, 9:00–18:00"),
    ("18—20日，西湖文化广场", "18–20 April, West Lake Cultural Plaza"),
    ("第九届春茶市集", "The ninth Spring Tea Fair"),
    ("第九届 · 第 10 号", "The ninth annual, no. 10"),
    ("和平路 12 号", "12 Heping Road"),
    ("八十位茶农，一百二十款新茶", "Eighty growers, 120 new teas"),
    ("10万册旧书", "100,000 second-hand books"),
    ("全场七折", "30% off everything"),
    ("第二件半价", "Second one 50% off"),
    ("会员八五折", "Members save 15%"),
    ("12月4日（周五）20:00", "Friday 4 December, 8 pm"),
    ("十二月四日，晚上八点", "4 December, 8 pm"),
    ("周一至周五 8:30—17:00", "Mon–Fri, 8.30 am – 5 pm"),
    ("周六日照常营业", "Open Saturdays and Sundays"),
    ("本周末，三天两夜", "This weekend: three days, two nights"),
    ("春季运营回顾：准点率 98.5%", "Spring in review: 98.5 per cent on time"),
    ("覆盖41座城市，百分之六十为县城", "41 cities, 60% of them county towns"),
    ("单位能耗下降 12%", "12% less energy per tonne-km"),
    ("¥2,999 起", "From RMB 2,999"),
    ("两人同行，一人免单", "Come as two, pay for 1"),
    ("买一送一", "Buy one, get one free"),
    ("限量300份，先到先得", "Only 300, first come, first served"),
    ("详询 0571-8888 1234", "Call +86 571 8888 1234"),
    ("预订热线 138 0013 8000", "Reservations: +86 138 0013 8000"),
    ("扫码或访问 example.org/tea", "Scan, or visit example.org/tea."),
    ("投稿邮箱 hello@example.org，5月1日截止", "Send your work to hello@example.org by 1 May"),
    ("全年无休，24小时营业", "Open 24/7"),
    ("早9点到晚9点", "9 am to 9 pm"),
    ("下午两点半开讲", "The talk begins at 2.30 pm"),
    ("今晚7点，准时开唱", "Doors at 7 tonight"),
    ("3.2亿次播放", "320 million plays"),
    ("2.5小时读完一本书", "One book, 2.5 hours"),
    ("半小时送达", "At your door in 30 minutes"),
    ("90年代的声音", "The sound of the 1990s"),
    ("2026年9月上市", "Out in September 2026"),
    ("6月，海边见", "June, by the sea"),
    ("地铁2号线，8号出口", "Metro Line 2, exit 8"),
    ("零糖，0脂，0卡", "No sugar, 0 fat, 0 calories"),
    ("二十五年，只做一把椅子", "25 years, one chair"),
    ("百分百纯棉", "100% cotton"),
    ("4.18—4.20 满300减50", "18–20 April: 50 off every 300"),
    ("十公里，三千人", "10 km, 3,000 runners"),
    ("一周三次，每次20分钟", "Three times a week, 20 minutes each"),
    ("2026/4/18 开幕", "Opens 18 April 2026"),
    ("中午12点开席", "Lunch is served at noon"),
    ("开头谁都会写。读第 69 页。", "Anyone can write a beginning. Read page 69."),
    ("5月1日至10月7日", "1 May – 7 October"),
    ("双十一，全场包邮", "11.11: free delivery on everything"),
    ("第3季度报告", "Q3 report"),
    ("销量上升百分之七点五", "Sales up 7.5%"),
    ("下午两点一刻", "2:15 pm"),
    ("访问 harbour.example/tea", "Visit harbour.example/tea"),
]

WRONG = [
    ("4月18日开幕", "Opens on 19 April", "dates"),
    ("4月18日开幕", "Opens on 18 May", "dates"),
    ("4月18日至20日", "18–21 April", "dates"),
    ("18—20日，西湖文化广场", "18–21 April, West Lake Cultural Plaza", "dates"),
    ("5月1日至10月7日", "1 May – 8 October", "dates"),
    ("2026/4/18 开幕", "Opens 28 April 2026", "dates"),
    ("十二月四日，晚上八点", "5 December, 8 pm", "dates"),
    ("6月，海边见", "July, by the sea", "dates"),
    ("2026年9月上市", "Out in October 2026", "dates"),
    ("截止日期：5月1日", "Send in your work soon", "dates"),
    ("每周六开放", "Open on Sundays", "dates"),
    ("周一至周五", "Monday to Thursday", "dates"),
    ("12月4日（周五）", "Saturday 4 December", "dates"),
    ("9:00—18:00", "9:00–17:00", "dates"),
    ("14:30 开讲", "The talk begins at 4:30 pm", "dates"),
    ("晚上8点开演", "Curtain up at 9 pm", "dates"),
    ("早9点开门", "Doors open at 9 pm", "dates"),
    ("下午两点半开讲", "The talk begins at 2.45 pm", "dates"),
    ("每晚八点", "Every night at 9 pm", "dates"),
    ("¥2,999 起", "From RMB 2,899", "numbers"),
    ("¥2,999 起", "Ask us for the price", "numbers"),
    ("仅售 ¥28", "Only ¥82", "numbers"),
    ("¥19.90", "¥19.9 or ¥9.90", "numbers"),
    ("全场8折", "80% off", "numbers"),
    ("全场七折", "70% off", "numbers"),
    ("满300减50", "50 off every 200", "numbers"),
    ("准点率 98.5%", "95.8% on time", "numbers"),
    ("单位能耗下降 12%", "21% less energy", "numbers"),
    ("3.2万名观众", "3,200 visitors", "numbers"),
    ("10万册旧书", "10,000 second-hand books", "numbers"),
    ("3.2亿次播放", "32 million plays", "numbers"),
    ("第9届春茶市集", "The 8th Spring Tea Fair", "numbers"),
    ("120款新茶", "One hundred and thirty new teas", "numbers"),
    ("二十五年，只做一把椅子", "52 years, one chair", "numbers"),
    ("2026年度水质", "Water quality 2025", "numbers"),
    ("限量300份", "Limited edition", "numbers"),
    ("地铁2号线", "Metro Line 3", "numbers"),
    ("详询 0571-8888 1234", "Call +86 571 8888 1243", "numbers"),
    ("预订热线 138 0013 8000", "Reservations: +86 138 0013 8001", "numbers"),
    ("详询 400-800-1234", "Call us", "numbers"),
    ("访问 example.org/tea", "Visit example.org/tee", "links"),
    ("https://example.org/2026", "https://example.org/2025", "links"),
    ("投稿邮箱 hello@example.org", "Send your work to hallo@example.org", "links"),
    ("扫码或访问 example.org", "Scan the code", "links"),
    ("访问 harbour.example/tea", "Visit harbour.example/tee", "links"),
    ("第3季度报告", "Q4 report", "numbers"),
    ("销量上升百分之七点五", "Sales up 7.6%", "numbers"),
    ("下午两点一刻", "2:45 pm", "dates"),
]


def codes(zh: str, en: str) -> list[str]:
    return [found.code for found in differences(said(zh, "zh-CN"), said(en, "en-GB"))]


def test_there_are_enough() -> None:
    assert min(len(TRUE), len(WRONG)) >= 40


@pytest.mark.parametrize(("zh", "en"), TRUE)
def test_a_true_translation_passes(zh: str, en: str) -> None:
    assert list(differences(said(zh, "zh-CN"), said(en, "en-GB"))) == []


@pytest.mark.parametrize(("zh", "en", "code"), WRONG)
def test_a_figure_that_differs_is_found(zh: str, en: str, code: str) -> None:
    assert codes(zh, en) == [code]


@pytest.mark.parametrize(("zh", "en", "code"), WRONG)
def test_whichever_side_stands_first(zh: str, en: str, code: str) -> None:
    assert [found.code for found in differences(said(en, "en-GB"), said(zh, "zh-CN"))] == [code]


def test_the_finding_names_both_sides() -> None:
    (found,) = differences(said("4月18日至20日", "zh-CN"), said("18–21 April", "en-GB"))
    assert (found.only_first, found.only_second) == (("4/20",), ("4/21",))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("twenty-five", {"20", "5", "25"}),
        ("a hundred thousand", {"1", "100000"}),
        ("one hundred and twenty", {"1", "20", "120"}),
        ("ninetieth", {"90"}),
        ("三百二十", {"320", "3", "2"}),
        ("两万", {"20000", "2"}),
        ("三亿五千万", {"350000000", "3", "5"}),
        ("二〇二六", {"2026", "2", "0", "6"}),
        ("六五折", {"35%", "65", "6", "5"}),
        ("三成", {"30%", "3"}),
    ],
)
def test_numbers_in_words(text: str, numbers: set[str]) -> None:
    assert spelled_numbers(text) == numbers


def test_a_part_of_these_pairs_again_as_layers(case) -> None:  # type: ignore[no-untyped-def]
    case.parts = {"title": (TextPart("zh-CN", "每晚八点"), TextPart("en-GB", "Every night at eight"))}
    assert case.codes("pair.parity") == []
    case.parts = {"title": (TextPart("zh-CN", "每晚8点"), TextPart("en-GB", "Every night at 9 pm"))}
    assert case.codes("pair.parity") == ["dates"]


def test_years_stay_numbers() -> None:
    moments, rest = take_moments("2026年4月18日", "zh-CN")
    assert moments.stated == {("date", "4", "18")}
    assert rest.split() == ["2026"]
