"""Tables: encodings, types, keys, rows that are set aside."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from qwen_pipeline import discover
from qwen_pipeline.spec import readers
from qwen_pipeline.spec.data import READERS, convert, declare, load_tables
from qwen_pipeline.spec.files import Files
from qwen_pipeline.spec.report import Report
from qwen_pipeline.spec.yaml12 import parse
from qwen_pipeline.types.spec import Table

TEXT = '城市,温度\n北京,3\n上海,"5,\n6"\n'


def tables(folder: Path, declared: str, report: Report | None = None, rows: str | None = "t", **files: bytes) -> dict[str, Table]:
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    used = report or Report()
    tree = parse(declared.encode(), "spec.yaml", used).data
    found = load_tables(declare(tree, used), Files(folder, folder.resolve(), used, folder), used, rows_name=rows)
    if report is None:
        assert not used.found, [str(d) for d in used.found]
    return found


def codes(folder: Path, declared: str, **files: bytes) -> list[tuple[str, int]]:
    report = Report()
    tables(folder, declared, report, rows=None, **files)
    return [(d.code, d.place.line) for d in report.found]


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8 with BOM"),
        (TEXT.encode("utf-16"), "UTF-16LE"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16BE"),
        ("name,value\r\nBeijing,3\r\n".encode("utf-16-le"), "UTF-16LE"),
        ("name,value\r\nBeijing,3\r\n".encode("utf-16-be"), "UTF-16BE"),
        (TEXT.encode("gb18030"), "GB18030"),
        (TEXT.replace("\n", "\r\n").encode("gbk"), "GB18030"),
    ],
)
def test_the_encoding_is_found_and_reported(raw: bytes, encoding: str, tmp_path: Path) -> None:
    report = Report()
    table = tables(tmp_path, "t: {csv: t.csv}", report, t__csv=raw)["t"]
    assert table.encoding == encoding
    assert len(table.rows) in (1, 2)
    assert bool(report.notices) == (encoding != "UTF-8")
    assert not report.found


def test_an_encoding_can_be_said(tmp_path: Path) -> None:
    raw = "name\ncafé\n".encode("latin-1")
    assert codes(tmp_path, "t: {csv: t.csv}", t__csv=raw) == [("bad-encoding", 2)]
    assert tables(tmp_path, "t: {csv: t.csv, encoding: latin-1}", t__csv=raw)["t"].rows[0]["name"] == "café"
    assert codes(tmp_path, "t: {csv: t.csv, encoding: utf-9}", t__csv=raw) == [("unknown-encoding", 0)]
    assert codes(tmp_path, "t: {csv: t.csv, encoding: rot13}", t__csv=raw) == [("unknown-encoding", 0)]


def test_rows_know_their_lines(tmp_path: Path) -> None:
    table = tables(tmp_path, "t: {csv: t.csv}", t__csv=b'a,b\n1,"x\ny"\n\n2,z\n')["t"]
    assert [place.line for place in table.places] == [2, 5]
    assert table.rows[0]["b"] == "x\ny"


def test_cells_are_text_unless_typed(tmp_path: Path) -> None:
    raw = 'k,n,f,d,b,t\n01,7,"1,200.5",2026年4月18日,是,007\nx,,,,,\n'.encode()
    declared = "t: {csv: t.csv, key: k, types: {n: int, f: float, d: date, b: bool, t: text}}"
    first, second = tables(tmp_path, declared, t__csv=raw)["t"].rows
    assert first == {"k": "01", "n": 7, "f": 1200.5, "d": dt.date(2026, 4, 18), "b": True, "t": "007"}
    assert second == {"k": "x", "n": None, "f": None, "d": None, "b": None, "t": ""}


@pytest.mark.parametrize("text", ["2026-04-18", "2026/4/18", "2026.04.18", "20260418", "2026年4月18日"])
def test_dates(text: str) -> None:
    assert convert(text, "date", "d") == dt.date(2026, 4, 18)


@pytest.mark.parametrize(
    ("type_", "cell"),
    [
        ("int", "1.5"),
        ("int", "1,2"),
        ("float", "x"),
        ("float", "1e999"),
        ("float", "."),
        ("date", "2026-13-01"),
        ("bool", "maybe"),
    ],
)
def test_cells_of_the_wrong_type_set_the_row_aside(type_: str, cell: str, tmp_path: Path) -> None:
    table = tables(tmp_path, f"t: {{csv: t.csv, types: {{v: {type_}}}}}", t__csv=f'v\n"{cell}"\n'.encode())["t"]
    assert not table.rows
    assert [(key, code, place.line) for key, code, _, place in table.bad] == [("1", "bad-cell", 2)]


def test_empty_columns_at_the_end_are_none(tmp_path: Path) -> None:
    table = tables(tmp_path, "t: {csv: t.csv}", t__csv=b"a,b,,\n1,2,,\n3,4,,x\n")["t"]
    assert table.columns == ("a", "b")
    assert len(table.rows) == 1
    assert table.bad[0][1] == "bad-row"


def test_tsv(tmp_path: Path) -> None:
    assert tables(tmp_path, "t: {tsv: t.tsv}", t__tsv=b"a\tb\n1\t2,5\n")["t"].rows[0] == {"a": "1", "b": "2,5"}


def test_json(tmp_path: Path) -> None:
    raw = '[{"a": 1, "b": "茶"},\n {"a": 2.5, "c": null},\n 3,\n {"a": []}]'.encode()
    table = tables(tmp_path, "t: {json: t.json}", t__json=raw)["t"]
    assert table.columns == ("a", "b", "c")
    assert table.rows == ({"a": 1, "b": "茶", "c": None}, {"a": 2.5, "b": None, "c": None})
    assert [place.line for place in table.places] == [1, 2]
    assert [place.line for *_, place in table.bad] == [3, 4]


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"[1",
        b"[{]",
        b'[{"a": 1, "a": 2}]',
        b'[{"a": NaN}]',
        b"[] x",
        b"[{} {}]",
        b"[" * 5000,
        b"",
        b'[{"a": ' + b"1" * 5000 + b"}]",
    ],
)
def test_json_that_is_none(raw: bytes, tmp_path: Path) -> None:
    assert [code for code, _ in codes(tmp_path, "t: {json: t.json}", t__json=raw)] in (["bad-data"], ["bad-row"])


def test_yaml(tmp_path: Path) -> None:
    table = tables(tmp_path, "t: {yaml: t.yaml}", t__yaml=b"- {a: 1, b: 16:9}\n- {a: 1.50, c: x}\n- text\n")["t"]
    assert table.rows == ({"a": 1, "b": "16:9", "c": None}, {"a": 1.5, "b": None, "c": "x"})
    assert [place.line for *_, place in table.bad] == [3]
    assert codes(tmp_path, "t: {yaml: t.yaml}", t__yaml=b"a: 1\na: 2\n") == [("duplicate-key", 2)]


def workbook(rows: list[list[Any]], title: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx(tmp_path: Path) -> None:
    raw = workbook(
        [["k", "n", "d", None], ["a", 3.0, dt.datetime(2026, 4, 18)], [], ["b", 2.5, "x"], ["c", "#N/A", None]], "价目"
    )
    table = tables(tmp_path, "t: {xlsx: t.xlsx, sheet: 价目, key: k}", t__xlsx=raw)["t"]
    assert table.rows == ({"k": "a", "n": 3, "d": dt.date(2026, 4, 18)}, {"k": "b", "n": 2.5, "d": "x"})
    assert [place.line for place in table.places] == [2, 4]
    assert [(code, place.line) for _, code, _, place in table.bad] == [("bad-row", 5)]
    assert codes(tmp_path, "t: {xlsx: t.xlsx, sheet: 价格}", t__xlsx=raw) == [("unknown-sheet", 0)]


@pytest.mark.parametrize("cut", [200, 1500, 3000])
def test_a_cut_workbook_is_refused(cut: int, tmp_path: Path) -> None:
    raw = workbook([["a"], ["b"]])
    assert codes(tmp_path, "t: {xlsx: t.xlsx}", t__xlsx=raw[:cut]) == [("bad-data", 0)]


def test_a_reader_is_a_file(tmp_path: Path) -> None:
    assert set(discover.modules(READERS)) == {"csv", "tsv", "json", "yaml", "xlsx"}
    assert codes(tmp_path, "t: {cvs: t.csv}") == [("unknown-key", 1)]
    assert codes(tmp_path, "t: {csv: t.csv, tsv: t.tsv}") == [("bad-count", 1)]


def test_a_new_reader_needs_one_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "from qwen_pipeline.spec.readers._table import RawTable\n\n\ndef read(raw, request):\n"
    code += "    rows = tuple((n, {'word': w}) for n, w in enumerate(raw.decode().split(), 1))\n"
    code += "    return RawTable(('word',), rows, 'UTF-8')\n"
    (tmp_path / "words.py").write_text(code)
    monkeypatch.setattr(readers, "__path__", [*readers.__path__, str(tmp_path)])
    assert readers.__spec__ is not None
    monkeypatch.setattr(readers.__spec__, "submodule_search_locations", readers.__path__)
    discover._modules.cache_clear()
    try:
        table = tables(tmp_path, "t: {words: t.txt}", t__txt=b"tea fair")["t"]
    finally:
        discover._modules.cache_clear()
    assert [row["word"] for row in table.rows] == ["tea", "fair"]
