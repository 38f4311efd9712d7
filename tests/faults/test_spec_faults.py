"""Bad specs, one fault each: the right code and line, a suggestion where one is due, and never anything but a SpecError."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.spec import load

from ..support.pictures import PNG

POSTER = """kind: Poster
locales: [zh-CN, en-GB]
title: {zh-CN: 春茶市集, en-GB: Spring Tea Fair}
"""
MENU = """kind: Poster
extends: menu
locales: [en-GB]
title: Noodles
left: [{section: Starters, title: Soup}]
right: [{title: Tea}]
"""
DECK = """kind: Deck
locales: [en-GB]
slides:
  - {id: cover, layout: cover, title: Cold chain}
"""
BATCH = """kind: Batch
template: card.yaml
data: {rows: {csv: rows.csv, key: sku}}
matrix:
  locale: [zh-CN, en-GB]
  size: [{id: a3, canvas: A3}, {id: square, canvas: 1080x1080px}]
map: {title: "{{ row.name }}"}
"""
CARD = "kind: Poster\nlocales: [zh-CN, en-GB]\ntitle: {zh-CN: 茶, en-GB: Tea}\n"
ROWS = "sku,name,price\na,Tea,18\nb,Milk tea,20\n"
BATCH_FILES: dict[str, str | bytes] = {"card.yaml": CARD, "rows.csv": ROWS}
TABLE = "kind: Poster\nlocales: [en]\ntitle: T\ndata: {q: {csv: q.csv, key: k, types: {v: float}}}\n"


@dataclass(frozen=True)
class Fault:
    """`text` (the spec), the `code` expected at `line`, a part of the hint; `files` beside the spec; `at`: the file at fault."""

    text: str | bytes
    code: str
    line: int
    hint: str = ""
    files: dict[str, str | bytes] = field(default_factory=dict)
    at: str = "spec.yaml"


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    return "kind: Poster\n" + "\n".join(lines) + "\n"


def workbook(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


XLSX = TABLE.replace("csv: q.csv, key: k, types: {v: float}", "xlsx: q.xlsx")

FAULTS: dict[str, Fault] = {
    # --- the file itself
    "empty file": Fault("", "empty-file", 1, "kind: Poster"),
    "only comments": Fault("# nothing yet\n", "empty-file", 1),
    "not utf-8": Fault("kind: Poster\ntitle: 春茶市集\n".encode("gb18030"), "not-utf8", 2, "UTF-8"),
    "utf-16": Fault("kind: Poster\n".encode("utf-16"), "not-utf8", 1, "UTF-8"),
    "a list, not a map": Fault("- kind: Poster\n", "not-a-map", 1),
    "a text, not a map": Fault("Poster\n", "not-a-map", 1),
    "binary": Fault(b"\x00\x01\x02\xff", "not-utf8", 1),
    "control character": Fault("kind: Poster\ntitle: a\x07b\n", "yaml-character", 2),
    "too large": Fault(b"#" * 2_100_000, "too-large", 0),
    # --- YAML
    "tab": Fault("kind: Poster\nscene:\n\tsubject: x\n", "yaml-tab", 3, "spaces"),
    "unclosed quote": Fault("kind: Poster\ntitle: 'Hello\n", "yaml-syntax", 3),
    "unclosed bracket": Fault("kind: Poster\nlocales: [en\ntitle: x\n", "yaml-syntax", 3, "bracket"),
    "colon in a text": Fault("kind: Poster\ntitle: Tea: the fair\n", "yaml-syntax", 2, "quote"),
    "at sign": Fault("kind: Poster\ntitle: @home\n", "yaml-syntax", 2, "quote"),
    "duplicate key": Fault("kind: Poster\ntitle: a\ntitle: b\n", "duplicate-key", 3),
    "duplicate key within": Fault("kind: Poster\nscene:\n  subject: a\n  subject: b\n", "duplicate-key", 4),
    "python tag": Fault("kind: Poster\ntitle: !!python/object/apply:os.system ['true']\n", "yaml-tag", 2),
    "own tag": Fault("kind: Poster\ntitle: !secret x\n", "yaml-tag", 2, "quoted"),
    "two documents": Fault("kind: Poster\ntitle: a\n---\nkind: Poster\n", "yaml-documents", 3),
    "merge key": Fault("kind: Poster\n<<: {title: x}\n", "yaml-merge-key", 2, "extends"),
    "unknown alias": Fault("kind: Poster\ntitle: *star\n", "yaml-alias", 2, '"*star"'),
    "alias in itself": Fault("kind: Poster\nvars: &v\n  a: *v\n", "yaml-alias", 3),
    "alias bomb": Fault(bomb(), "yaml-bomb", 6),
    "deep nesting": Fault("kind: Poster\nvars: {a: " + "[" * 200 + "]" * 200 + "}\n", "yaml-depth", 2),
    "jinja without quotes": Fault("kind: Poster\ntitle: {{ name }}\n", "yaml-jinja", 2, '"{{ name }}"'),
    "list as a key": Fault("kind: Poster\n? [a]\n: b\n", "yaml-key", 2),
    # --- kinds and keys
    "no kind": Fault("title: Hello\n", "missing-key", 1, "Poster"),
    "kind misspelt": Fault("knd: Poster\ntitle: Hello\n", "missing-key", 1, "'knd'"),
    "unknown kind": Fault("kind: Postr\ntitle: Hello\n", "unknown-kind", 1, "'Poster'"),
    "kind in lower case": Fault("kind: poster\ntitle: Hello\n", "unknown-kind", 1, "'Poster'"),
    "old version": Fault("apiVersion: design/v2\nkind: Poster\n", "bad-value", 1, "design/v1"),
    "a brand is no piece": Fault("kind: Brand\nname: x\n", "not-a-piece", 1),
    "unknown key": Fault(POSTER + "titel: x\n", "unknown-key", 4, "'title'"),
    "unknown key within": Fault(POSTER + "canvas: {size: A3, bled: 3mm}\n", "unknown-key", 4, "'bleed'"),
    "unknown layer key": Fault(POSTER + "layers:\n  - {id: title, colour: ink}\n", "unknown-key", 5, "'color'"),
    "a page's key on a poster": Fault(POSTER + "layout: split\n", "unknown-key", 4),
    "a slot beside slides": Fault(DECK + "title: x\n", "unknown-key", 5, "slides"),
    "no slides": Fault("kind: Deck\n", "missing-key", 1, "slides"),
    "empty slides": Fault("kind: Deck\nslides: []\n", "bad-count", 2),
    "required slot missing": Fault(DECK + "  - {id: part, layout: section}\n", "missing-key", 5, "add title"),
    "two slides of one id": Fault(DECK + "  - {id: cover, layout: statement, title: x}\n", "duplicate-id", 5),
    "unknown page referred to": Fault(DECK + "consistency: {reference: slide.covr}\n", "unknown-page", 5, "'cover'"),
    # --- values
    "bare number": Fault(POSTER + "canvas: {size: A3, bleed: 3}\n", "bad-length", 4),
    "unknown unit": Fault(POSTER + "canvas: {size: A3, bleed: 3dpi}\n", "bad-length", 4),
    "bad paper": Fault(POSTER + "canvas: A9\n", "bad-canvas", 4, "A3"),
    "huge canvas": Fault(POSTER + "canvas: 99999x99999px\n", "bad-canvas", 4),
    "huge canvas in mm": Fault(POSTER + "canvas: {size: 6000mmx6000mm}\n", "bad-canvas", 4),
    "flat canvas": Fault(POSTER + "canvas: 0x1080px\n", "bad-canvas", 4),
    "huge bleed": Fault(POSTER + "canvas: {size: A4, bleed: 300mm}\n", "bad-canvas", 4),
    "two in one place": Fault(MENU, "two-in-one-place", 5, "keep one"),
    "bad word": Fault(POSTER + "usage: comercial\n", "bad-value", 4, "'commercial'"),
    "bad level": Fault(POSTER + "checks: {contrast: eror}\n", "bad-value", 4, "'error'"),
    "yes for true": Fault(POSTER + "scene: {subject: x, transparent: yes}\n", "wrong-type", 4),
    "quoted number": Fault(POSTER + 'generate: {seed: "7"}\n', "wrong-type", 4),
    "fraction for a count": Fault(POSTER + "generate: {candidates: 2.5}\n", "wrong-type", 4),
    "seed below zero": Fault(POSTER + "generate: {seed: -1}\n", "out-of-range", 4),
    "bad colour": Fault(POSTER + 'background: "#12"\n', "bad-color", 4),
    "unknown colour": Fault(POSTER + "background: primry\n", "unknown-color", 4, "'primary'"),
    "stops that fall": Fault(POSTER + "background: {stops: [[80%, ink], [20%, paper]]}\n", "bad-gradient", 4),
    "stop off the ramp": Fault(POSTER + "background: {stops: [[0%, ink], [120%, paper]]}\n", "bad-length", 4),
    "stop in millimetres": Fault(POSTER + "background: {stops: [[0%, ink], [2mm, paper]]}\n", "bad-length", 4),
    "focus off the picture": Fault(
        POSTER + "layers: [{id: new, kind: image, in: title, src: a.png, focus: [50%, 150%]}]\n", "bad-length", 4
    ),
    "focus beyond the picture": Fault(POSTER + "scene: {subject: x, focus: [60%, 0%, 60%, 10%]}\n", "bad-focus", 4, "point"),
    "box of less than nothing": Fault(POSTER + "regions: {title: {box: [1%, 2%, -3%, 4%]}}\n", "bad-length", 4),
    "negative size": Fault(POSTER + "layers: [{id: title, size: -3mm}]\n", "bad-length", 4),
    "negative gap": Fault(POSTER + "regions: {title: {gap: -3mm}}\n", "bad-length", 4),
    "a layer of nothing": Fault(POSTER + "layers: [{id: new, kind: qr, in: title}]\n", "missing-key", 4, "data"),
    "a style from data": Fault(POSTER + "scene: {style: '{{ name }}', subject: x}\n", "bad-value", 4, "subject"),
    "box of three": Fault(POSTER + "regions: {title: {box: [1%, 2%, 3%]}}\n", "bad-count", 4, "[x, y, width, height]"),
    "list for a text": Fault("kind: Poster\ntitle: [a, b]\n", "wrong-type", 2),
    "text for a list": Fault(DECK + "  - {layout: title-and-body, title: x, bullets: one}\n", "wrong-type", 5, "- "),
    "too many entries": Fault(
        DECK + "  - layout: title-and-body\n    title: x\n    bullets: [a, b, c, d, e, f, g, h, i]\n", "bad-count", 7
    ),
    # --- texts and locales
    "missing locale": Fault("kind: Poster\nlocales: [zh-CN, en-GB]\ntitle: {zh-CN: 茶}\n", "missing-locale", 3, "add en-GB"),
    "texts in locales that are not given": Fault(
        "kind: Poster\ntitle: {zh-CN: 茶, en-GB: Tea}\n", "missing-locale", 2, "[zh-CN, en-GB]"
    ),
    "locale with underscore": Fault("kind: Poster\nlocales: [zh_CN]\ntitle: x\n", "bad-locale", 2, "'zh-CN'"),
    "locale key with underscore": Fault(POSTER + "subtitle: {zh_CN: 茶, en-GB: Tea}\n", "bad-locale", 4, "'zh-CN'"),
    "comma splits a text": Fault(POSTER + "subtitle: {zh-CN: 茶, en-GB: Cold chain, on time}\n", "text-split", 4, "quote"),
    "nothing after a key": Fault(POSTER + "subtitle:\n", "text-null", 4),
    "true where text is wanted": Fault(POSTER + "subtitle: true\n", "wrong-type", 4),
    "nothing in vars": Fault(POSTER + "vars:\n  venue:\n", "text-null", 5),
    # --- Jinja
    "jinja not closed": Fault(POSTER + 'subtitle: "{{ date"\n', "bad-expression", 4),
    "jinja loop": Fault(POSTER + 'subtitle: "{% for a in b %}{{ a }}{% endfor %}"\n', "forbidden", 4, "for_each"),
    "jinja include": Fault(POSTER + "subtitle: \"{% include '/etc/passwd' %}\"\n", "forbidden", 4),
    "jinja class escape": Fault(POSTER + "subtitle: \"{{ ''.__class__.__mro__ }}\"\n", "forbidden", 4),
    "jinja subscript escape": Fault(POSTER + "subtitle: \"{{ x['__globals__'] }}\"\n", "forbidden", 4),
    "jinja call": Fault(POSTER + 'subtitle: "{{ name.format(1) }}"\n', "forbidden", 4),
    "braces in an expression": Fault(POSTER + 'layers: [{id: title, when: "{{ a }}"}]\n', "bad-expression", 4, "without braces"),
    "broken expression": Fault(POSTER + 'layers: [{id: title, when: "a and"}]\n', "bad-expression", 4),
    # --- layouts
    "unknown layout": Fault(POSTER + "extends: hero-lft\n", "unknown-layout", 4, "'hero-left'"),
    "missing layout file": Fault(POSTER + "extends: ./mine.yaml\n", "missing-layout", 4),
    "cyclic extends": Fault(
        POSTER + "extends: ./a.yaml\n",
        "cyclic-extends",
        2,
        files={"a.yaml": "name: a\nextends: ./b.yaml\n", "b.yaml": "name: b\nextends: ./a.yaml\n"},
        at="b.yaml",
    ),
    "layout of another kind": Fault(
        POSTER + "extends: ./a.yaml\n", "wrong-kind", 2, files={"a.yaml": "name: a\nfor: Deck\n"}, at="a.yaml"
    ),
    "broken layout": Fault(
        POSTER + "extends: ./a.yaml\n",
        "bad-length",
        3,
        files={"a.yaml": "name: a\nregions:\n  t: {box: [1, 2%, 3%, 4%]}\n"},
        at="a.yaml",
    ),
    "unknown region": Fault(POSTER + "layers: [{id: new, kind: shape, in: titel}]\n", "unknown-region", 4, "'title'"),
    "unknown layer": Fault(POSTER + "layers: [{id: titel, scale: 2}]\n", "unknown-layer", 4, "'title'"),
    "unknown kind of layer": Fault(POSTER + "layers: [{id: new, kind: txt, in: title}]\n", "bad-value", 4, "'text'"),
    "unknown role": Fault(POSTER + "layers: [{id: title, role: headlin}]\n", "unknown-role", 4, "'headline'"),
    "unknown slot": Fault(POSTER + "layers: [{id: title, slot: titel}]\n", "unknown-slot", 4, "'title'"),
    "two layers of one id": Fault(POSTER + "layers:\n  - {id: title, scale: 2}\n  - {id: title, scale: 3}\n", "duplicate-id", 6),
    "region in itself": Fault(POSTER + "regions: {a: {within: b}, b: {within: a}}\n", "cyclic-region", 4),
    "keep_clear of nothing": Fault(POSTER + "scene: {subject: x, keep_clear: [titel]}\n", "unknown-region", 4, "'title'"),
    # --- files
    "missing picture": Fault(POSTER + "logo: logo.pgn\n", "missing-asset", 4, "'logo.png'", files={"logo.png": PNG}),
    "picture that is none": Fault(POSTER + "logo: logo.png\n", "image-broken", 4, "PNG", files={"logo.png": "hello\n"}),
    "picture without a header": Fault(POSTER + "logo: logo.png\n", "image-broken", 4, files={"logo.png": PNG[:8]}),
    "a drawing for a picture": Fault(POSTER + "logo: l.svg\n", "image-broken", 4, "export", files={"l.svg": "<svg/>"}),
    "reference that is no picture": Fault(
        POSTER + "scene: {subject: x, references: [tea.png]}\n", "image-broken", 4, files={"tea.png": b""}
    ),
    "missing reference": Fault(POSTER + "scene: {subject: x, references: [tea.png]}\n", "missing-asset", 4),
    "picture outside": Fault(POSTER + "logo: ../../logo.png\n", "path-outside", 4),
    "absolute picture": Fault(POSTER + "logo: /etc/hostname\n", "path-outside", 4),
    "missing brand": Fault(
        POSTER + "brand: ./_brnd.yaml\n", "missing-brand", 4, "'_brand.yaml'", files={"_brand.yaml": "name: x\n"}
    ),
    "brand outside": Fault(POSTER + "brand: ../_brand.yaml\n", "path-outside", 4),
    "bad brand": Fault(
        POSTER + "brand: b.yaml\n", "bad-color", 2, files={"b.yaml": "name: x\ncolors: {primary: green!}\n"}, at="b.yaml"
    ),
    "brand with a missing logo": Fault(
        POSTER + "brand: b.yaml\n", "missing-asset", 2, files={"b.yaml": "name: x\nlogo: {src: logo.png}\n"}, at="b.yaml"
    ),
    "brand font that is none": Fault(
        POSTER + "brand: b.yaml\n", "bad-font", 2, files={"b.yaml": "name: x\nfonts: {sans: {latin: b.yaml}}\n"}, at="b.yaml"
    ),
    "output outside": Fault(POSTER + 'outputs: [{format: pdf, name: "../x.pdf"}]\n', "unsafe-name", 4),
    "absolute output": Fault(POSTER + "outputs: [{format: pdf, name: /tmp/x.pdf}]\n", "unsafe-name", 4),
    "output with a control character": Fault(POSTER + 'outputs: [{format: pdf, name: "a\\nb.pdf"}]\n', "unsafe-name", 4),
    "output with a backslash": Fault(POSTER + "outputs: [{format: pdf, name: 'a\\b.pdf'}]\n", "unsafe-name", 4),
    # --- data
    "missing table": Fault(TABLE, "missing-file", 4, files={}),
    "no file named": Fault(TABLE.replace("csv: q.csv, ", ""), "missing-key", 4, "csv: FILE"),
    "unknown format of data": Fault(TABLE.replace("csv:", "cvs:"), "unknown-key", 4, "'csv'"),
    "bad cell": Fault(TABLE, "bad-cell", 3, files={"q.csv": "k,v\na,1\nb,x\n"}, at="q.csv"),
    "ragged row": Fault(TABLE, "bad-row", 3, files={"q.csv": "k,v\na,1\nb\n"}, at="q.csv"),
    "key twice": Fault(TABLE, "duplicate-row-key", 4, files={"q.csv": "k,v\na,1\nb,2\na,3\n"}, at="q.csv"),
    "empty key": Fault(TABLE, "missing-row-key", 3, files={"q.csv": "k,v\na,1\n,2\n"}, at="q.csv"),
    "unknown key column": Fault(TABLE, "unknown-column", 4, "'kk'", files={"q.csv": "kk,v\na,1\n"}),
    "column twice": Fault(TABLE, "bad-header", 1, files={"q.csv": "k,v,v\na,1,2\n"}, at="q.csv"),
    "semicolons": Fault(TABLE, "bad-delimiter", 1, files={"q.csv": "k;v\na;1\n"}, at="q.csv"),
    "empty table": Fault(TABLE, "empty-data", 0, files={"q.csv": ""}, at="q.csv"),
    "damaged UTF-8": Fault(TABLE, "bad-encoding", 3, files={"q.csv": "k,v\n春茶市集,1\n".encode() + b"b\xff,2\n"}, at="q.csv"),
    "open quote": Fault(TABLE, "bad-quotes", 2, files={"q.csv": 'k,v\n"a,1\nb,2\n'}, at="q.csv"),
    "no workbook": Fault(XLSX, "bad-data", 0, files={"q.xlsx": b"hello"}, at="q.xlsx"),
    "workbook bomb": Fault(
        XLSX, "data-bomb", 0, files={"q.xlsx": workbook({"[Content_Types].xml": b"", "xl/a.xml": b" " * 30_000_000})}, at="q.xlsx"
    ),
    "workbook with entities": Fault(
        XLSX,
        "data-bomb",
        0,
        files={"q.xlsx": workbook({"[Content_Types].xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'})},
        at="q.xlsx",
    ),
    "unknown chart table": Fault(
        TABLE + "layers: [{id: c, kind: chart, in: page, chart: {from: p, x: k, y: v}}]\n",
        "unknown-table",
        5,
        "q",
        files={"q.csv": "k,v\na,1\n"},
    ),
    "unknown chart column": Fault(
        TABLE + "layers: [{id: c, kind: chart, in: page, chart: {from: q, x: k, y: value}}]\n",
        "unknown-column",
        5,
        "v",
        files={"q.csv": "k,v\na,1\n"},
    ),
    "bad query": Fault(TABLE + 'facts: {a: {query: "q |"}}\n', "bad-expression", 5, files={"q.csv": "k,v\na,1\n"}),
    # --- batches
    "missing template": Fault(BATCH.replace("card.yaml", "crd.yaml"), "missing-template", 2, "'card.yaml'", files=BATCH_FILES),
    "batch of a batch": Fault(BATCH, "wrong-kind", 2, files={**BATCH_FILES, "card.yaml": "kind: Batch\n"}),
    "broken template": Fault(
        BATCH, "unknown-key", 2, "'title'", files={**BATCH_FILES, "card.yaml": "kind: Poster\ntitl: x\n"}, at="card.yaml"
    ),
    "map of nothing": Fault(BATCH.replace("title:", "titel:"), "unknown-key", 7, "'title'", files=BATCH_FILES),
    "exclude of an unknown axis": Fault(BATCH + "", "unknown-key", 7, "'locale'", files=BATCH_FILES),
    "exclude of an unknown value": Fault(BATCH, "bad-value", 7, "'square'", files=BATCH_FILES),
    "include of half a cell": Fault(BATCH, "bad-include", 7, "add size", files=BATCH_FILES),
    "include of an unknown row": Fault(BATCH, "unknown-row", 7, files=BATCH_FILES),
    "bad size": Fault(BATCH.replace("canvas: A3", "canvas: A33"), "bad-canvas", 6, files=BATCH_FILES),
    "two sizes of one id": Fault(BATCH.replace("id: a3", "id: square"), "duplicate-id", 6, files=BATCH_FILES),
    "bad locale on the axis": Fault(BATCH.replace("en-GB]", "en_GB]"), "bad-locale", 5, "'en-GB'", files=BATCH_FILES),
    "share of an unknown axis": Fault(BATCH + "share: {scene: [sku, siz]}\n", "unknown-axis", 8, "'size'", files=BATCH_FILES),
    "template lacks a locale of the batch": Fault(
        BATCH.replace("en-GB]", "fr-FR]"),
        "missing-locale",
        3,
        "add fr-FR",
        files={**BATCH_FILES, "card.yaml": CARD + "subtitle: x\n"},
        at="card.yaml",
    ),
    "bad where": Fault(BATCH.replace("key: sku", 'key: sku, where: "a =="'), "bad-expression", 3, files=BATCH_FILES),
    "bad time zone": Fault(
        BATCH + 'schedule: {cron: "0 6 * * 1", timezone: Asia/Shanghia}\n', "bad-value", 8, "Asia/Shanghai", files=BATCH_FILES
    ),
    "bad cron": Fault(BATCH + 'schedule: {cron: "daily"}\n', "bad-value", 8, files=BATCH_FILES),
}

_RULES = {
    "exclude of an unknown axis": "  exclude: [{locle: zh-CN}]\n",
    "exclude of an unknown value": "  exclude: [{size: sqare}]\n",
    "include of half a cell": "  include: [{locale: zh-CN}]\n",
    "include of an unknown row": "  include: [{locale: zh-CN, size: a3, row: c}]\n",
}


def written(name: str, fault: Fault) -> str | bytes:
    """The spec's text; rules of a matrix go before `map`."""
    return fault.text.replace("map:", _RULES[name] + "map:") if name in _RULES and isinstance(fault.text, str) else fault.text


def diagnostics(folder: Path, text: str | bytes, files: dict[str, str | bytes]) -> tuple[Diagnostic, ...]:
    folder.mkdir(exist_ok=True)
    for name, content in {**files, "spec.yaml": text}.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SpecError) as caught:
        load(folder / "spec.yaml")
    assert caught.value.exit_code == 2
    return caught.value.diagnostics


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    check_fault(fault, diagnostics(tmp_path / "in", written(name, fault), fault.files))


def check_fault(fault: Fault, found: tuple[Diagnostic, ...]) -> None:
    """The fault, its place and its hint, and nothing else."""
    at = [d for d in found if d.code == fault.code]
    assert at, [str(d) for d in found]
    diagnostic = at[0]
    assert Path(diagnostic.place.file).name == fault.at
    assert diagnostic.place.line == fault.line, str(diagnostic)
    assert diagnostic.hint, str(diagnostic)
    assert fault.hint in diagnostic.hint, str(diagnostic)
    assert len(found) == 1, [str(d) for d in found]


def test_there_are_enough_faults() -> None:
    assert len(FAULTS) >= 60


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = (
        POSTER + "titel: x\nusage: comercial\ncanvas: A9\nlayers: [{id: title, rol: body}]\nsubtitle: {zh-CN: 茶}\nlogo: no.png\n"
    )
    found = diagnostics(tmp_path / "in", text, {})
    assert [(d.place.line, d.code) for d in found] == [
        (4, "unknown-key"),
        (5, "bad-value"),
        (6, "bad-canvas"),
        (7, "unknown-key"),
        (8, "missing-locale"),
        (9, "missing-asset"),
    ]


def test_faults_of_several_files_are_told_at_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"b.yaml": "name: x\ncolors: {primary: green!}\n", "q.csv": "k,v\na,x\n"}
    found = diagnostics(tmp_path / "in", TABLE + "brand: b.yaml\ntitel: x\n", files)
    assert {(Path(d.place.file).name, d.code) for d in found} == {
        ("b.yaml", "bad-color"),
        ("q.csv", "bad-cell"),
        ("spec.yaml", "unknown-key"),
    }


@pytest.mark.parametrize("name", ["picture outside", "absolute picture", "brand outside"])
def test_a_file_outside_is_refused_though_it_is_there(name: str, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    (tmp_path / "_brand.yaml").write_text("name: x\n")
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    fault = FAULTS[name]
    codes = [d.code for d in diagnostics(folder, fault.text, {})]
    assert codes == ["path-outside"]


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "logo.png").symlink_to(tmp_path / "secret.png")
    assert [d.code for d in diagnostics(folder, POSTER + "logo: logo.png\n", {})] == ["path-outside"]
