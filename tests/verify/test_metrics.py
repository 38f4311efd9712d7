"""The numbers of an evaluation, against cases worked out by hand."""

from __future__ import annotations

import pytest

from qwen_pipeline.verify.metrics import Tally, long_text, score, word_count, words_right

pytest.importorskip("rapidfuzz")


@pytest.mark.parametrize(
    ("text", "read", "right", "words"),
    [
        ("Spring Tea Fair", "Spring Tea Fair", 3, 3),
        ("Spring Tea Fair", "SpringTeaFair", 3, 3),  # readers lose spaces
        ("Spring Tea Fair", "Sprng Tea Fair", 2, 3),  # dropped
        ("Spring Tea Fair", "Spring Tae Fair", 2, 3),  # swapped
        ("Spring Tea Fair", "Spring Texa Fair", 2, 3),  # one too many inside a word
        ("Spring Tea Fair", "Spring Tea Fair Lorem", 3, 3),  # beside the words
        ("Spring Tea Fair", "spring Tea Fair", 2, 3),  # case counts
        ("Spring Tea Fair", "", 0, 3),
        ("春茶市集", "春茶巿集", 3, 4),  # a look-alike
        ("春茶 Tea", "春 Tea", 2, 3),
        ("Next 5 miles.", "Next 5 miles", 3, 3),  # punctuation round a word
        ("It's tea", "Its tea", 1, 2),  # but not inside
        ("Tea — Fair", "Tea-Fair", 2, 2),  # a dash alone is no word
    ],
)
def test_words(text: str, read: str, right: int, words: int) -> None:
    assert words_right(text, read) == (right, words)


@pytest.mark.parametrize(
    ("language", "texts", "read", "found", "asked"),
    [
        ("en", ["Spring Tea Fair"], "fair tea SPRING", 3, 3),  # neither order nor case
        ("en", ["Spring Tea Fair"], "Spring Tea", 2, 3),
        ("en", ["tea tea tea tea"], "tea tea", 2, 4),  # a bag: each as often as it is asked for
        ("en", ["Tea!"], "Tea lorem ipsum", 1, 1),  # punctuation and extra words cost nothing
        ("en", ["don't"], "dont", 1, 1),
        ("zh", ["春茶市集"], "集市\n茶", 3, 4),
        ("zh", ["春茶 2026"], "春茶2026", 6, 6),
        ("zh", ["Tea Fair"], "Tea Pair", 6, 7),  # characters in a Chinese set, whatever is asked for
        ("zh", ["春茶"], "Tea", 0, 2),
    ],
)
def test_long_text(language: str, texts: list[str], read: str, found: int, asked: int) -> None:
    assert long_text(texts, read, language) == (found, asked)


@pytest.mark.parametrize(("text", "count"), [("Lorem Ipsa", 2), ("春茶 Tea", 3), ("— · !", 0), ("", 0), ("a\nb", 2)])
def test_word_count(text: str, count: int) -> None:
    assert word_count(text) == count


def test_one_picture() -> None:
    tally = score([("Spring Tea", "Sprng Tea"), ("春茶", "")], "Sprng Tea\nLorem", "zh", "Lorem")
    # SpringTea (9) lacks an i: 1 edit; 春茶 (2) is not there: 2 edits
    assert (tally.pictures, tally.strings, tally.exact) == (1, 2, 0)
    assert (tally.words_right, tally.words) == (1, 4)
    assert (tally.edits, tally.characters) == (3, 11)
    assert tally.cer == pytest.approx(3 / 11, abs=1e-6)
    assert tally.ned == pytest.approx((8 / 9 + 0) / 2, abs=1e-6)
    assert tally.word_accuracy == 0.25
    assert (tally.extra_words, tally.extra) == (1, 0.25)
    # a Chinese set, so characters: SpringTea春茶 against SprngTeaLorem: 8 of 11
    assert tally.long_text == pytest.approx(8 / 11, abs=1e-6)


def test_pictures_add_up() -> None:
    one, two = score([("Tea", "Tea")], "Tea", "en"), score([("Spring Fair", "Fair")], "Fair", "en")
    both = one + two
    assert (both.pictures, both.strings, both.exact) == (2, 2, 1)
    assert both.cer == pytest.approx(6 / 13, abs=1e-6)
    assert both.ned == pytest.approx((1 + 4 / 10) / 2, abs=1e-6)
    assert both.long_text == pytest.approx(2 / 3, abs=1e-6)  # 2 of 3 words of all pictures, not the mean of 1 and 1/2
    assert Tally().cer == Tally().long_text == 0.0
