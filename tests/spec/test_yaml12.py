"""YAML 1.2: what a scalar is, and where things stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_pipeline.spec.report import Report
from qwen_pipeline.spec.tree import Map, flatten, place_of, plain
from qwen_pipeline.spec.yaml12 import Stop, parse, resolve_scalar
from qwen_pipeline.types.spec import SourceFloat, SourceInt


def read(text: str) -> Map:
    report = Report()
    data = parse(text.encode(), "f.yaml", report).data
    assert not report.found, [str(d) for d in report.found]
    assert isinstance(data, Map)
    return data


@pytest.mark.parametrize(
    "text",
    ["16:9", "no", "yes", "on", "off", "1:30", "2026-04-18", "12:00:00", "010", "1_000", "0b1", "=", "+", ".", "1e400", "True!"],
)
def test_what_other_loaders_change_stays_text(text: str) -> None:
    assert read(f"a: {text}")["a"] == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-7", -7),
        ("+2", 2),
        ("0", 0),
        ("0o17", 15),
        ("0xff", 255),
        ("1.10", 1.1),
        ("-.5", -0.5),
        ("2.", 2.0),
        ("1e3", 1000.0),
    ],
)
def test_numbers_remember_how_they_were_written(text: str, value: float) -> None:
    found = resolve_scalar(text)
    assert found == value
    assert isinstance(found, (SourceInt, SourceFloat))
    assert found.source == text


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nulls(text: str) -> None:
    assert resolve_scalar(text) is None


@pytest.mark.parametrize(("text", "value"), [("true", True), ("True", True), ("FALSE", False)])
def test_only_true_and_false_are_switches(text: str, value: bool) -> None:
    assert resolve_scalar(text) is value


def test_quoted_scalars_are_text() -> None:
    assert plain(read("a: '3'\nb: \"true\"\nc: |\n  1\n")) == {"a": "3", "b": "true", "c": "1\n"}


def test_keys_are_text_as_written() -> None:
    assert list(read("1: a\ntrue: b\n1.10: c\n")) == ["1", "true", "1.10"]


def test_keys_with_x_are_dropped_at_every_level_and_may_hold_anchors() -> None:
    text = "x-note: &n {subject: tea}\nscene: *n\nlayers:\n  - {id: a, x-why: b}\n"
    assert plain(read(text)) == {"scene": {"subject": "tea"}, "layers": ({"id": "a"},)}


def test_places() -> None:
    places = flatten(read("kind: Deck\nslides:\n  - id: a\n    title: {zh-CN: 茶, en-GB: Tea}\n  - {id: b}\n"))
    assert (places["slides[0].title.en-GB"].line, places["slides[0].title.en-GB"].column) == (4, 30)
    assert (places["slides[1].id"].line, places["slides[1].id"].column) == (5, 10)
    assert places["slides[0]"].path == "slides[0]"


def test_layers_are_found_by_id_too() -> None:
    places = flatten(read("layers:\n  - {id: a}\n  - {id: b, text: x}\n"))
    assert places["layers.b.text"] == places["layers[1].text"]


def test_place_of_a_value_that_is_not_there_is_its_parent() -> None:
    tree = read("a:\n  b: {c: 1}\n")
    assert place_of(tree, ("a", "b", "d", "e")).path == "a.b"
    assert place_of(tree, ("a", "b"), key=True).column == 3


def test_a_bom_is_no_part_of_the_text() -> None:
    assert plain(parse("kind: x".encode("utf-8-sig"), "f", Report()).data) == {"kind": "x"}


def test_crlf() -> None:
    assert plain(read("a: 1\r\nb: |\r\n  x\r\n")) == {"a": 1, "b": "x\n"}


def test_errors_of_several_keys_are_told_at_once() -> None:
    report = Report()
    parse(b"a: 1\na: 2\nb: {c: 1, c: 2}\n<<: {}\n", "f.yaml", report)
    assert [d.code for d in report.found] == ["duplicate-key", "duplicate-key", "yaml-merge-key"]


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    report = Report()
    try:
        parse(text.encode("utf-8", "surrogatepass"), "f.yaml", report)
    except Stop:
        assert report.found


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**9), 10**9)
        | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-w][a-z]{0,5}", fullmatch=True), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_json_is_read_as_it_is(value: Any) -> None:
    def frozen(item: Any) -> Any:
        if isinstance(item, dict):
            return {k: frozen(v) for k, v in item.items()}
        return tuple(frozen(v) for v in item) if isinstance(item, list) else item

    assert plain(read(json.dumps({"a": value}, ensure_ascii=False))) == {"a": frozen(value)}
