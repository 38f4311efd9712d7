"""Evaluating engines that err in known ways: the numbers are those of the errors made, and nothing is done twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL.Image import Image

from qwen_pipeline.cli import run
from qwen_pipeline.errors import LicenceRefused, ReaderUnavailable, SpecError
from qwen_pipeline.pipeline import Evaluation, Trial, evaluate
from qwen_pipeline.pipeline.briefs import read_set
from qwen_pipeline.render.engines import draft
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import ReadLine, SceneRequest
from qwen_pipeline.verify.metrics import Tally

from ..support.engines.scribe import Deed, Knowing, always, by_rate, by_turn
from ..support.scribes import install

BRIEFS = [
    {"prompt": 'A sign that says "Spring Tea" and "Open"', "text": ["Spring Tea", "Open"], "category": "sign"},
    {"prompt": 'A label with "Green Leaf"', "text": ["Green Leaf"], "category": "label"},
    {"prompt": "一块写着“春茶市集”的招牌", "text": ["春茶市集"], "category": "sign"},
]


def jsonl(folder: Path, entries: Sequence[object], name: str = "set.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries) + "\n", "utf-8")
    return path


def trial(path: Path, **more: object) -> Trial:
    return Trial((path,), "draft", size=(800, 600), **more)  # type: ignore[arg-type]


def sums(made: Evaluation, language: str = "", category: str = "") -> Tally:
    return dict(made.groups)[language, category]


def test_an_engine_that_spells(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, always("right"))
    made = evaluate(trial(jsonl(tmp_path, BRIEFS)), tmp_path / "out", settings)
    every = sums(made)
    assert (every.pictures, every.strings, every.exact, every.words, every.words_right) == (3, 4, 4, 9, 9)
    assert (every.word_accuracy, every.ned, every.cer, every.long_text) == (1.0, 1.0, 0.0, 1.0)
    keys = {("", ""), ("en", ""), ("en", "sign"), ("en", "label"), ("zh", ""), ("zh", "sign")}
    assert {key for key, _ in made.groups} == keys
    assert (made.rendered, made.failed) == (3, 0)


@pytest.mark.parametrize(
    ("deed", "words_right", "edits", "exact", "long_text", "extra"),
    [
        ("dropped", 6, 3, 1, 6, 0),  # one character less in the first string of each picture
        ("swapped", 6, 6, 1, 7, 0),  # two exchanged: two edits, of two hanzi one is still in its place; a bag has no order
        ("look-alike", 6, 3, 1, 6, 0),
        ("extra", 9, 0, 4, 9, 6),  # words beside them cost nothing; they have a column of their own
        ("erased", 9, 0, 4, 9, 0),  # a stroke is gone, and the words are still read
    ],
)
def test_known_errors_are_counted(
    deed: Deed,
    words_right: int,
    edits: int,
    exact: int,
    long_text: int,
    extra: int,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch, always(deed))
    every = sums(evaluate(trial(jsonl(tmp_path, BRIEFS)), tmp_path / "out", settings))
    assert (every.words_right, every.edits, every.exact) == (words_right, edits, exact)
    characters = len("SpringTea") + len("Open") + len("GreenLeaf") + len("春茶市集")
    assert every.cer == pytest.approx(edits / characters, abs=1e-6)
    assert (every.long_text_found, every.long_text_asked) == (long_text, 9)
    assert (every.extra_words, every.extra) == (extra, pytest.approx(extra / 9, abs=1e-6))


def test_words_whose_spaces_the_reader_lost_are_found(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("dropped"))
    read = Knowing.read

    def squeezed(self: Knowing, image: Image, *, max_side: int = 1280) -> tuple[ReadLine, ...]:
        return tuple(replace(line, text=line.text.replace(" ", "")) for line in read(self, image, max_side=max_side))

    monkeypatch.setattr(Knowing, "read", squeezed)
    every = sums(evaluate(trial(jsonl(tmp_path, BRIEFS[:2])), tmp_path / "out", settings))
    assert (every.long_text_found, every.long_text_asked, every.extra_words) == (3, 5, 0)  # a word of each picture lacks a letter


def test_a_rate_of_errors_is_found_again(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [{"prompt": f'A card "Tea{n:02d} time"', "text": [f"Tea{n:02d} time"], "prompt_id": n} for n in range(24)]
    log = install(monkeypatch, by_rate(0.5, ("dropped",)))
    plan = by_rate(0.5, ("dropped",))
    every = sums(evaluate(trial(jsonl(tmp_path, entries)), tmp_path / "out", settings))
    garbled = sum(plan(request, 0) == "dropped" for request in log.requests)
    assert 4 < garbled < 20
    assert (every.strings - every.exact, every.edits, every.words - every.words_right) == (garbled, garbled, garbled)


def test_what_was_drawn_and_read_is_not_done_again(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, always("dropped"))
    path = jsonl(tmp_path, BRIEFS)
    first = evaluate(trial(path), tmp_path / "out", settings)
    report = (tmp_path / "out" / "evaluation.json").read_bytes()
    monkeypatch.setattr("qwen_pipeline.verify.read_picture", None)
    again = evaluate(trial(path), tmp_path / "out", settings)
    assert (again.rendered, again.groups) == (0, first.groups)
    assert (tmp_path / "out" / "evaluation.json").read_bytes() == report
    part = evaluate(trial(path, limit=1), tmp_path / "one", settings)
    assert (part.rendered, len(part.judged)) == (0, 1)


def test_a_picture_that_fails_spells_nothing(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: SceneRequest, number: int) -> Deed:
        if "Green" in request.prompt:
            raise ValueError("no")
        return "right"

    install(monkeypatch, broken)
    made = evaluate(trial(jsonl(tmp_path, BRIEFS)), tmp_path / "out", settings)
    assert (made.failed, sums(made).exact, sums(made).pictures) == (1, 3, 3)
    assert sums(made, "en", "label").word_accuracy == 0.0
    assert [bool(one.picture) for one in made.judged] == [True, False, True]


def test_longtext_as_it_is(tmp_path: Path) -> None:
    lines = [
        {"category": "sign", "length": "short", "prompt": 'A sign: "Open"', "text": ["Open", " "], "prompt_id": 7},
        {"category": "sign", "length": "short", "prompt": "招牌“开门”", "text": ["开门"], "prompt_id": 7},
    ]
    first, second = read_set(jsonl(tmp_path, lines)).briefs
    assert (first.id, first.category, first.texts, first.language) == ("0007", "sign", ("Open",), "en")
    assert (second.id, second.texts, second.language) == ("0007-2", ("开门",), "zh")


def test_prompts_without_strings_are_laid_out_for_outside_scoring(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("right"), reader=False)
    geneval = jsonl(tmp_path, [{"tag": "single_object", "include": [{"class": "bench"}], "prompt": "a photo of a bench"}])
    dpg = tmp_path / "prompts"
    dpg.mkdir()
    (dpg / "partiprompts7.txt").write_text("a wooden bench\n", "utf-8")
    lines = tmp_path / "plain.txt"
    lines.write_text("a bench\n\na tree\n", "utf-8")
    out = tmp_path / "out"
    made = evaluate(Trial((geneval, dpg, lines), "draft", size=(320, 240)), out, settings)
    assert (made.groups, made.reader) == ((), "")
    assert json.loads((out / "set" / "00000" / "metadata.jsonl").read_text("utf-8"))["tag"] == "single_object"
    names = [one.picture for one in made.judged]
    assert names == ["set/00000/samples/0000.png", "prompts/partiprompts7.png", "plain/00001.png", "plain/00003.png"]
    assert all((out / name).is_file() for name in names)


def test_a_limit_takes_briefs_from_all_of_a_set(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [{"prompt": "a", "text": ["b"], "id": n} for n in range(10)])
    assert [brief.id for brief in read_set(path, 3).briefs] == ["0000", "0003", "0006"]
    assert len(read_set(path, 99).briefs) == 10


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('{"prompt": "a"', ["bad-json"]),
        ('{"text": ["a"]}\n{"prompt": "b", "text": 3}\n[1]', ["bad-brief"] * 3),
        ("", ["no-briefs"]),
    ],
)
def test_bad_sets(text: str, codes: list[str], tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(SpecError) as caught:
        read_set(path)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == codes


def test_nothing_is_drawn_where_nothing_can_be_read(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    log = install(monkeypatch, always("right"), reader=False)
    with pytest.raises(ReaderUnavailable):
        evaluate(trial(jsonl(tmp_path, BRIEFS)), tmp_path / "out", settings)
    assert log.opened == 0


def test_the_licence_is_asked_first(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, always("right"), info=replace(draft.INFO, usages=frozenset({"research"})))
    with pytest.raises(LicenceRefused):
        evaluate(trial(jsonl(tmp_path, BRIEFS), usage="commercial"), tmp_path / "out", settings)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    install(monkeypatch, by_turn("right", "dropped", "right"))
    path, out = jsonl(tmp_path, BRIEFS), tmp_path / "out"
    args = ["evaluate", str(path), "--engine", "draft", "--size", "800x600", "--store", str(tmp_path / "store"), "--workers", "1"]
    assert run([*args, "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [group["exact"] for group in said["groups"] if not group["language"]] == [3]
    html = (out / "index.html").read_text("utf-8")
    assert html.count("<article>") == 3
    assert html.count('class="bad"') == 1
    assert str(tmp_path) not in html
    assert str(tmp_path) not in (out / "evaluation.json").read_text("utf-8")
    assert run([*args, "--out", str(out)]) == 0
    assert "0.750" in capsys.readouterr().out
    assert run([*args, "--size", "big"]) == 2


def test_the_page_marks_what_differs(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, always("dropped"))
    made = evaluate(trial(jsonl(tmp_path, BRIEFS[2:])), tmp_path / "out", settings)
    (read,) = made.judged[0].found
    (lost,) = set("春茶市集") - set(read)
    text = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert text.count("<mark>") == 1
    assert f"<mark>{lost}</mark>" in text
