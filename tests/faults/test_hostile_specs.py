"""Hostile specs through the command line: the right exit code, code and line, a sentence, and never a traceback."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from qwen_pipeline.cli import run

Files = dict[str, str | bytes]
P = "kind: Poster\nlocales: [en-GB]\ntitle: Hello\n"
T = "kind: Poster\nlocales: [en]\ntitle: T\ndata: {q: {csv: q.csv, key: k}}\n"
J = T.replace("csv: q.csv", "json: q.json")
B = (
    "kind: Batch\ntemplate: card.yaml\ndata: {rows: {csv: rows.csv, key: sku}}\nmatrix: {locale: [en]}\n"
    "map: {title: '{{ row.name }}'}\n"
)
C = "kind: Poster\nlocales: [en]\ntitle: T\n"


@dataclass(frozen=True)
class Case:
    files: Files
    code: str
    line: int


def bt(rows: str, spec: str = B) -> Files:
    return {"spec.yaml": spec, "card.yaml": C, "rows.csv": rows}


def p(extra: str) -> Files:
    return {"spec.yaml": P + extra}


def t(csv: str) -> Files:
    return {"spec.yaml": T, "q.csv": csv}


def far_cell() -> bytes:
    """A workbook with one cell in its last row."""
    import openpyxl

    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["A1048576"] = "k", "a"
    book.save(out)
    return out.getvalue()


CASES: dict[str, Case] = {
    "dup quoted key": Case(p("'title': y\n"), "duplicate-key", 4),
    "dup nfd key": Case(p("vars: {caf\u00e9: a, cafe\u0301: b}\n"), "bad-id", 4),
    "merge alias": Case(p("vars: &v {a: b}\nx-b: {<<: *v}\n"), "yaml-merge-key", 5),
    "anchor self seq": Case(p("vars: {a: &a [1, *a]}\n"), "yaml-alias", 4),
    "bom start": Case({"spec.yaml": "\ufeff" + P + "titel: x\n"}, "unknown-key", 4),
    "nul": Case(p('subtitle: "a\\0b"\n'), "wrong-type", 4),
    "raw nul": Case(p("subtitle: a\x00b\n"), "yaml-character", 4),
    "huge int": Case(p("generate: {seed: " + "9" * 5000 + "}\n"), "wrong-type", 4),
    "huge count": Case(p("generate: {candidates: 99999999999999999999}\n"), "out-of-range", 4),
    "nan size": Case(p("layers: [{id: title, size: .nan}]\n"), "bad-length", 4),
    "nan scale": Case(p("layers: [{id: title, scale: .nan}]\n"), "wrong-type", 4),
    "inf leading": Case(p("layers: [{id: title, leading: .inf}]\n"), "wrong-type", 4),
    "nan angle": Case(p("background: {angle: .nan, stops: [[0%, ink], [100%, paper]]}\n"), "wrong-type", 4),
    "inf angle": Case(p("background: {angle: .inf, stops: [[0%, ink], [100%, paper]]}\n"), "wrong-type", 4),
    "huge length": Case(p("layers: [{id: title, size: 1" + "0" * 400 + "pt}]\n"), "bad-length", 4),
    "huge box": Case(p("regions: {title: {box: [0%, 0%, 1" + "0" * 400 + "%, 10%]}}\n"), "bad-length", 4),
    "deep flow": Case(p("x-a: " + "[" * 5000 + "]" * 5000 + "\n"), "yaml-depth", 4),
    "deep block": Case(p("x-a:\n" + "".join(" " * (n + 1) + f"k{n}:\n" for n in range(300))), "yaml-depth", 64),
    "many keys typo": Case(p("".join(f"k{n}: x\n" for n in range(3000))), "unknown-key", 4),
    "crlf unknown": Case({"spec.yaml": (P + "titel: x\n").replace("\n", "\r\n")}, "unknown-key", 4),
    "lone cr": Case({"spec.yaml": (P + "titel: x\n").replace("\n", "\r")}, "unknown-key", 4),
    "ls separator": Case(p("subtitle: a\u2028b\ntitel: x\n"), "yaml-syntax", 6),
    "surrogate escape": Case(p('subtitle: "\\ud800"\n'), "yaml-syntax", 4),
    "billion jinja": Case(p("subtitle: \"{{ 'a' * 999999999 }}\"\n"), "forbidden", 4),
    "jinja power": Case(p('subtitle: "{{ 9**9**9 }}"\n'), "forbidden", 4),
    "jinja range": Case(p('subtitle: "{{ range(10**12)|list }}"\n'), "forbidden", 4),
    "jinja format escape": Case(p("subtitle: \"{{ '{0.__class__}' | format(1) }}\"\n"), "unknown-filter", 4),
    "jinja pct format": Case(p("subtitle: \"{{ '%99999999999d' % 1 }}\"\n"), "forbidden", 4),
    "jinja attr filter": Case(p("subtitle: \"{{ title|attr('__class__') }}\"\n"), "undefined", 4),
    "jinja map attr": Case(p("subtitle: \"{{ [title]|map(attribute='__class__')|list }}\"\n"), "undefined", 4),
    "jinja set": Case(p('subtitle: "{% set a = 1 %}{{ a }}"\n'), "forbidden", 4),
    "jinja macro": Case(p('subtitle: "{% macro a() %}{{ a() }}{% endmacro %}"\n'), "forbidden", 4),
    "jinja self": Case(p('subtitle: "{{ self._TemplateReference__context }}"\n'), "forbidden", 4),
    "jinja cycler": Case(p('subtitle: "{{ cycler.__init__ }}"\n'), "forbidden", 4),
    "jinja deep": Case(p('subtitle: "{{ ' + "(" * 500 + "1" + ")" * 500 + ' }}"\n'), "too-long", 4),
    "jinja center": Case(p("subtitle: \"{{ 'a' | center(999999999) }}\"\n"), "unknown-filter", 4),
    "jinja repeated join": Case(p("vars: {a: '{{ b }}{{ b }}', b: '{{ a }}'}\nsubtitle: '{{ a }}'\n"), "undefined", 4),
    "jinja zero div": Case(p("subtitle: '{{ 1 / 0 }}'\n"), "bad-expression", 4),
    "jinja undefined": Case(p("subtitle: '{{ ttle }}'\n"), "undefined", 4),
    "output con": Case(p("outputs: [{format: pdf, name: CON.pdf}]\n"), "unsafe-name", 4),
    "output nul dev": Case(p("outputs: [{format: pdf, name: nul}]\n"), "unsafe-name", 4),
    "output lpt": Case(p("outputs: [{format: pdf, name: 'a/LPT1.pdf'}]\n"), "unsafe-name", 4),
    "output long": Case(p("outputs: [{format: pdf, name: " + "x" * 300 + ".pdf}]\n"), "unsafe-name", 4),
    "output long cjk": Case(p("outputs: [{format: pdf, name: " + "茶" * 100 + ".pdf}]\n"), "unsafe-name", 4),
    "output trailing dot": Case(p("outputs: [{format: pdf, name: 'a./x.pdf'}]\n"), "unsafe-name", 4),
    "output trailing space": Case(p("outputs: [{format: pdf, name: 'x.pdf '}]\n"), "unsafe-name", 4),
    "output colon": Case(p("outputs: [{format: pdf, name: 'a:b.pdf'}]\n"), "unsafe-name", 4),
    "output nfd collision": Case(
        p("outputs: [{format: pdf, name: 'caf\u00e9.pdf'}, {format: pdf, name: 'cafe\u0301.pdf'}]\n"), "name-collision", 4
    ),
    "output case collision": Case(
        p("outputs: [{format: pdf, name: 'a.pdf'}, {format: pdf, name: 'A.pdf'}]\n"), "name-collision", 4
    ),
    "output file as folder": Case(
        p("outputs: [{format: pdf, name: 'a.pdf'}, {format: png, name: 'a.pdf/x.png'}]\n"), "name-collision", 4
    ),
    "output manifest": Case(p("outputs: [{format: png, name: 'Manifest.json'}]\n"), "wrong-suffix", 4),
    "output empty": Case(p("outputs: [{format: pdf, name: ''}]\n"), "unsafe-name", 4),
    "output dots": Case(p("outputs: [{format: pdf, name: '..'}]\n"), "unsafe-name", 4),
    "output rtl": Case(p("outputs: [{format: pdf, name: 'a\u202efdp.exe.pdf'}]\n"), "unsafe-name", 4),
    "output unknown field": Case(p("outputs: [{format: pdf, name: '{nme}.pdf'}]\n"), "unknown-field", 4),
    "output bad format string": Case(p("outputs: [{format: pdf, name: '{name!r}.pdf'}]\n"), "unknown-field", 4),
    "output attr format": Case(p("outputs: [{format: pdf, name: '{name.__class__}.pdf'}]\n"), "unknown-field", 4),
    "locale junk": Case({"spec.yaml": "kind: Poster\nlocales: ['zh-CN+']\ntitle: x\n"}, "bad-locale", 2),
    "locale triple": Case({"spec.yaml": "kind: Poster\nlocales: [zh-CN+en-GB+fr-FR]\ntitle: x\n"}, "bad-locale", 2),
    "locale same pair": Case({"spec.yaml": "kind: Poster\nlocales: [zh-CN+zh-CN]\ntitle: x\n"}, "bad-locale", 2),
    "locale unknown": Case(
        {"spec.yaml": "kind: Poster\nlocales: [xx-QQ]\ntitle: x\nsubtitle: '{{ 5|money }}'\n"}, "bad-expression", 4
    ),
    "locale empty": Case({"spec.yaml": "kind: Poster\nlocales: []\ntitle: x\n"}, "bad-count", 2),
    "csv ragged long": Case(t("k,v\na,1,2,3\n"), "bad-row", 2),
    "csv wide": Case(
        t(",".join(["k"] + [f"c{n}" for n in range(100000)]) + "\n" + ",".join(["a"] + ["1"] * 100000) + "\n"), "too-large", 1
    ),
    "csv unclosed": Case(t('k,v\na,"1\n'), "bad-quotes", 2),
    "csv nul": Case(t("k,v\na,\0\n"), "bad-encoding", 2),
    "csv dup header": Case(t("k,v,k\na,1,2\n"), "bad-header", 1),
    "csv blank header": Case(t("k,,v\na,1,2\n"), "bad-header", 1),
    "csv huge cell": Case(t("k,v\na," + "x" * 200000 + "\n"), "bad-quotes", 2),
    "json csv": Case(t('[{"k":1}]'), "unknown-column", 4),
    "batch self template": Case(
        {"spec.yaml": B.replace("card.yaml", "spec.yaml"), "rows.csv": "sku,name\na,b\n"}, "wrong-kind", 2
    ),
    "batch where exec": Case(
        bt("sku,name\na,b\n", spec=B.replace("key: sku", 'key: sku, where: "().__class__"')), "forbidden", 3
    ),
    "batch where loop": Case(
        bt("sku,name\na,b\n", spec=B.replace("key: sku", 'key: sku, where: "range(10**10) | list"')), "forbidden", 3
    ),
    "json nan": Case({"spec.yaml": J, "q.json": '[{"k": NaN}]'}, "bad-data", 1),
    "json deep": Case({"spec.yaml": J, "q.json": "[" * 100000}, "bad-data", 1),
    "json dup": Case({"spec.yaml": J, "q.json": '[{"k": 1, "k": 2}]'}, "bad-data", 1),
    "json scalar": Case({"spec.yaml": J, "q.json": "3"}, "bad-data", 1),
    "json bigint": Case({"spec.yaml": J, "q.json": '[{"k": ' + "9" * 5000 + "}]"}, "bad-data", 1),
    "yaml data bomb": Case(
        {
            "spec.yaml": T.replace("csv: q.csv", "yaml: q.yaml"),
            "q.yaml": "".join(
                f"{b}: &{b} [{', '.join([a] * 10)}]\n" for a, b in zip(["x", "*a", "*b", "*c", "*d"], "abcde", strict=True)
            ),
        },
        "bad-data",
        1,
    ),
    "asset with nul": Case(p('logo: "a\\0.png"\n'), "wrong-type", 4),
    "asset long": Case(p("logo: " + "a/" * 1500 + "x.png\n"), "missing-asset", 4),
    "asset folder": Case(p("logo: .\n"), "missing-asset", 4),
    "asset url": Case(p("logo: https://example.org/a.png\n"), "missing-asset", 4),
    "asset tilde": Case(p("logo: ~/a.png\n"), "missing-asset", 4),
    "asset windows": Case(p("logo: 'C:\\a.png'\n"), "missing-asset", 4),
    "asset proc": Case(p("logo: /proc/self/environ\n"), "path-outside", 4),
    "asset dynamic outside": Case(
        p("vars: {f: '../../etc/passwd'}\nlayers: [{id: n, kind: image, in: title, src: '{{ f }}'}]\n"), "path-outside", 5
    ),
    "grid none": Case(p("regions: {g: {box: [0%,0%,10%,10%], grid: {count: 0}}}\n"), "unknown-name", 4),
    "within self": Case(p("regions: {g: {within: g}}\n"), "cyclic-region", 4),
    "padding eats": Case(p("regions: {title: {padding: 80%}}\n"), "empty-box", 4),
    "safe bigger": Case(p("canvas: {size: A4, safe: 200mm}\n"), "bad-canvas", 4),
    "min dpi neg": Case(p("canvas: {size: A4, min_dpi: -5}\n"), "out-of-range", 4),
    "png huge width": Case(p("outputs: [{format: png, width: 999999}]\n"), "bad-option", 4),
    "jpeg q": Case(p("outputs: [{format: jpeg, quality: 500}]\n"), "bad-option", 4),
    "dpi nan": Case(p("outputs: [{format: png, dpi: .nan}]\n"), "bad-option", 4),
    "marks bad": Case(p("outputs: [{format: pdf, marks: [cropp]}]\n"), "bad-option", 4),
}


def checked(folder: Path, files: Files, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """What `check --json` said. Nothing but the spec's own files is there afterwards."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    code = run(["check", str(folder / "spec.yaml"), "--json"])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert sorted(path.name for path in folder.parent.rglob("*") if path.is_file()) == sorted(files)
    found: dict[str, object] = json.loads(said.out or said.err)
    assert code == found["exit_code"] == 2
    return found


@pytest.mark.parametrize("name", CASES)
def test_hostile(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = CASES[name]
    errors = checked(tmp_path / "in", case.files, capsys)["errors"]
    assert isinstance(errors, list)
    assert (errors[0]["code"], errors[0]["line"]) == (case.code, case.line)
    assert errors[0]["column"] >= 0
    assert errors[0]["message"]


NAMES = {"a device": "CON", "a way out": "../x", "longer than a name may be": "x" * 400, "two that differ in case": "a\nA"}


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_no_file_can_be_called_after(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "sku,name\n" + "".join(f"{sku},n\n" for sku in NAMES[name].split("\n"))
    found = checked(tmp_path / "in", bt(rows, B + "outputs: [{format: pdf, name: '{sku}.pdf'}]\n"), capsys)
    told = str(found)
    assert ("unsafe-name" in told) != ("name-collision" in told)


def test_a_cell_far_below_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files: Files = {"spec.yaml": T.replace("csv: q.csv", "xlsx: q.xlsx"), "q.xlsx": far_cell()}
    assert "too-large" in str(checked(tmp_path / "in", files, capsys))
