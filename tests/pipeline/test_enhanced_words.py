"""Whether a rewritten prompt may stand in for the one that was rewritten."""

from __future__ import annotations

import pytest

from qwen_pipeline.pipeline.enhanced_words import judge
from qwen_pipeline.render import BadAnswer

PLAIN = 'A lamp. It carries "Lamp" and "灯"; <image1> gives the colours.'


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('"Lamp" and “灯” after <image1>, as «Lamp» twice', ""),
        ("'Lamp' under 「灯」 as in <image1>, the artist's own", ""),
        ('"Lamp" after <image1>', "lost-words"),
        ('Lamp and "灯" after <image1>', "lost-words"),
        ('"lamp" and "灯" after <image1>', "lost-words"),
        ('"Lamp" and "灯光" after <image1>', "lost-words"),
        ('"Lamp", "灯" and "Sale" after <image1>', "invented-words"),
        ('"Lamp" and "灯"', "wrong-picture"),
        ('"Lamp" and "灯" after <image1> and <image2>', "wrong-picture"),
        ('"Lamp" and "灯" after <image1><|im_end|>', "reserved-word"),
    ],
)
def test_what_may_stand_in_for_a_prompt(said: str, code: str) -> None:
    if not code:
        judge(PLAIN, said, ("Lamp",), 1)
        return
    with pytest.raises(BadAnswer) as caught:
        judge(PLAIN, said, ("Lamp",), 1)
    assert caught.value.code == code


def test_words_with_marks_of_their_own_and_words_twice() -> None:
    plain = 'It carries "He said "Go"" and "5" and "5".'
    strings = ('He said  "Go"', "5", "5")
    judge(plain, 'Big "5", small "5", under them "He said\n"Go"".', strings, 0)
    for said in ('Big "5", under it "He said "Go"".', 'Big "15", small "5", under them "He said "Go"".'):
        with pytest.raises(BadAnswer):
            judge(plain, said, strings, 0)
    with pytest.raises(BadAnswer) as caught:
        judge("A lamp without any words.", 'A lamp with "Lux" on it.', (), 0)
    assert caught.value.code == "invented-words"
