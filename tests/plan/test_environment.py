"""Expressions: data only, strict, bounded."""

import contextlib

import pytest

from qwen_pipeline.plan.environment import (
    ENVIRONMENT,
    MAX_OUTPUT_CHARS,
    ExpansionError,
    TableView,
    compile_expression,
    compile_text,
    names_in,
)
from qwen_pipeline.plan.filters import FILTERS
from qwen_pipeline.plan.locales import locale_names
from qwen_pipeline.types.spec import BUILT_IN_NAMES, OWN_FILTERS
from qwen_pipeline.types.spec import FILTERS as ALLOWED

TABLE = TableView(("metric", "value"), [{"metric": "on_time", "value": 98.5}, {"metric": "cities", "value": 41}], "metric")
NAMES = {"locale": locale_names("zh-CN"), "q3": TABLE, "row": {"sku": "tea-07", "price": "2999"}, "day": "2026-04-18"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain {text}", "plain {text}"),
        ("{{ row.sku }}", "tea-07"),
        ("{{ row['sku'] }}", "tea-07"),
        ("{{ q3.on_time }}", "98.5"),
        ("{{ q3['cities'] }}", "41"),
        ("{{ q3[0].value }}", "98.5"),
        ("{{ day | date('M月d日') }}", "4月18日"),
        ("{{ row.price | money }}", "¥2,999"),
        ("{{ row.price | money('USD') }}", "US$2,999"),
        ("{{ 12.5 | money(locale) }}", "¥12.50"),
        ("{{ 0.256 | percent }}", "26%"),
        ("{{ 1234567.5 | number }}", "1,234,567.5"),
        ("{{ q3 | argmax('value') | field('metric') }}", "on_time"),
        ("{{ q3 | mean('value') | round(2) }}", "69.75"),
        ("{% if row.sku == 'tea-07' %}yes{% else %}no{% endif %}", "yes"),
        ("{{ 6 * 7 }}", "42"),
        ("{{ 'a-b-c' | replace('-', ' ') }} {{ 'a-b-c' | replace('-', '+', 1) }}", "a b c a+b-c"),
        ("{{ q3 | join('/', attribute='value') }} {{ [1, 2] | join }}", "98.5/41 12"),
        ("{{ '%02d' % 7 }} {{ 7 % 4 }}", "07 3"),
        ("{{ '春' | quoted }} {{ '春' | quoted('zh-TW') }} {{ 'tea' | quoted('en-GB') }}", "“春” 「春」 ‘tea’"),
        ("{{ 'Tee' | quoted('de') }} {{ 'thé' | quoted('fr-FR') }}", "„Tee“ «\u202fthé\u202f»"),
        ("{{ 105 | chinese_number }} {{ 12 | chinese_number }} {{ 2026 | chinese_number }}", "一百零五 十二 二千零二十六"),
    ],
)
def test_expands(text: str, expected: str) -> None:
    assert compile_text(text)(NAMES) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ nothing }}", "undefined"),
        ("{{ row.colour }}", "undefined"),
        ("{{ day | date('medum') }}", "bad-expression"),
        ("{{ day | date('HH:mm') }}", "bad-expression"),
        ("{{ day | date(3) }}", "bad-expression"),
        ("{{ '09:30' | time('d MMMM') }}", "bad-expression"),
        ("{{ '09:30' | time('shrt') }}", "bad-expression"),
        ("{{ row.price | money('EUROS') }}", "bad-expression"),
        ("{{ row.price | money('EUD') }}", "bad-expression"),
        ("{{ row.price | number(none, 'b') }}", "bad-expression"),
        ("{{ 'abcd' | language_name }}", "bad-expression"),
        ("{{ row.sku | truncate(1) }}", "bad-expression"),
        ("{{ q3.nope }}", "undefined"),
        ("{{ row.__class__ }}", "undefined"),
        ("{{ ''.__class__.__mro__ }}", "undefined"),
        ("{{ row.items() }}", "forbidden"),
        ("{{ range(9) }}", "forbidden"),
        ("{{ 'a'" + " | replace('a', 'aaaaaaaaaa')" * 12 + " }}", "forbidden"),
        ("{{ 'aaaaaaaaaaaaaaaaaaaa'" + " | list | join('aaaaaaaaaaaaaaaaaaaa')" * 5 + " }}", "forbidden"),
        ("{{ '%999999999s' % 'a' }}", "forbidden"),
        ("{{ '%.*f' % (99999999, 1.0) }}", "forbidden"),
        ("{{ 0.5 | percent(9999999) }}", "bad-expression"),
        ("{{ cycler }}", "undefined"),
        ("{{ self }}", "forbidden"),
        ("{% for a in row %}{{ a }}{% endfor %}", "forbidden"),
        ("{% set a = 1 %}", "forbidden"),
        ("{% include '/etc/passwd' %}", "forbidden"),
        ("{% import 'os' as os %}", "forbidden"),
        ("{% macro m() %}{% endmacro %}", "forbidden"),
        ("{{ 'a' * 1000000000 }}", "forbidden"),
        ("{{ 9 ** 9 ** 9 }}", "forbidden"),
        ("{{ row.sku | nofilter }}", "bad-expression"),
        ("{{ row.sku", "bad-expression"),
        ("{{ row.sku | money }}", "bad-expression"),
        ("{{ day | date | date }}", "bad-expression"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        compile_text(text)(NAMES)
    assert caught.value.code == code


def test_expression_is_strict() -> None:
    assert compile_expression("row.sku == 'tea-07'")(NAMES) is True
    with pytest.raises(ExpansionError):
        compile_expression("row.missing")(NAMES)


def test_names_read() -> None:
    assert names_in("{{ row.sku }} {{ day | date }}") == {"row", "day"}
    assert names_in("row.sku == 'x'", expression=True) == {"row"}
    assert names_in("no names") == frozenset()


def test_money_and_dates_by_locale() -> None:
    german = {"locale": locale_names("de-DE"), "price": 1234.5, "day": "2026-04-18"}
    assert compile_text("{{ price | money }}")(german) == "1.234,50\xa0€"
    assert compile_text("{{ day | date('d. MMMM') }}")(german) == "18. April"
    assert compile_text("{{ '2026-04-18T09:05' | time }}")({"locale": locale_names("en-GB")}) == "09:05"


@pytest.mark.parametrize(
    ("tag", "written", "expected"),
    [
        ("en-GB", "168 | money('CNY')", "CN¥168"),
        ("en-GB", "168 | money('CNY', narrow=true)", "¥168"),
        ("en-GB", "168.5 | money('CNY', narrow=true)", "¥168.50"),
        ("zh-CN", "168 | money('CNY', narrow=true)", "¥168"),
        ("zh-CN", "168 | money('USD', narrow=true)", "$168"),
        ("de-DE", "168 | money('CNY', narrow=true)", "168\xa0¥"),
        ("ja-JP", "1200 | money", "￥1,200"),
        ("ja-JP", "1200 | money(narrow=true)", "¥1,200"),
        ("en-GB", "168 | money('CHF', narrow=true)", "CHF\xa0168"),
    ],
)
def test_a_sign_as_it_is_written_at_home(tag: str, written: str, expected: str) -> None:
    assert compile_text("{{ " + written + " }}")({"locale": locale_names(tag)}) == expected


def test_the_filters_are_those_that_specs_are_checked_against() -> None:
    assert set(ENVIRONMENT.filters) == ALLOWED
    assert set(FILTERS) == OWN_FILTERS
    assert tuple(locale_names("zh-CN")) == BUILT_IN_NAMES["locale"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ row.sku }}",
        "{{row.sku}}, {{ row.price | money }}!",
        "{{ row.price|money }}\n",
        "第 {{ row.price | number }} 号\n\n{{ row.sku }}\n\n",
        "a\r\n{{ row.sku }}\r\nb",
        "{ {{ row.sku }} }{{ row.day | date }}",
        "{{ row.sku }} {{ row.number }} {{ q3.cities }}",
        "{{ row.sku }}{# a remark #}",
    ],
)
def test_the_short_way_of_plain_entries_says_what_jinja_says(text: str) -> None:
    names = {**NAMES, "row": {"sku": "tea-07", "price": "2999.5", "day": "2026-04-18", "number": 7}}
    assert compile_text(text)(names) == ENVIRONMENT.from_string(text).render(names)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ row.sku | money }}", "bad-expression"),
        ("a {{ row.nothing }} b", "undefined"),
        ("{{ nobody.sku | date }}", "undefined"),
        ("{{ row.long }}", "too-long"),
        ("{{ row.sku }}{{ self.sku }}", "forbidden"),
    ],
)
def test_the_short_way_reports_as_the_long_one(text: str, code: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        compile_text(text)({**NAMES, "row": {"sku": "tea-07", "long": "x" * (MAX_OUTPUT_CHARS + 1)}})
    assert caught.value.code == code


@pytest.mark.parametrize("expression", ["a", "a or b", "b or a or c", "empty or none", "empty or a", "none or empty"])
def test_the_short_way_of_alternatives_says_what_jinja_says(expression: str) -> None:
    names = {"a": 1, "b": "", "c": None, "empty": (), "list": [0]}
    expected = ENVIRONMENT.compile_expression(expression)(names)
    assert compile_expression(expression)(names) == expected
    with pytest.raises(ExpansionError):
        compile_expression("nobody or a")(names)


ODD = ("", "('x')", "(1)", "(none)", "(-1)", "('EUROS')", "('zz-ZZ')", "('a', 'b')", "(9999999)", "('%s')", "(q3)")


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_whatever_a_filter_is_given_is_the_author_s_mistake(name: str) -> None:
    for value in ("day", "row.price", "row", "q3", "none", "-5", "''", "locale"):
        for arguments in ODD:
            with contextlib.suppress(ExpansionError):  # and nothing else: that would be reported as a bug of ours
                compile_text(f"{{{{ {value} | {name}{arguments} }}}}")(NAMES)
