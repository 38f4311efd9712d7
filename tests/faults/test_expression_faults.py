"""Names, filters and ids that are not there: told when a spec is loaded, with everything else that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen_pipeline.spec import load
from tests.faults.test_spec_faults import BATCH, BATCH_FILES, CARD, DECK, POSTER, TABLE, Fault, check_fault, diagnostics

FAULTS: dict[str, Fault] = {
    # --- names in expressions
    "unknown name": Fault(POSTER + 'vars: {venue: x}\nsubtitle: "{{ venu }}"\n', "undefined", 5, "'venue'"),
    "unknown name in one locale": Fault(
        POSTER + 'vars: {venue: x}\nsubtitle:\n  zh-CN: "{{ venue }}"\n  en-GB: "at {{ vanue }}"\n', "undefined", 7, "'venue'"
    ),
    "unknown name in when": Fault(POSTER + "layers: [{id: title, when: subtitl}]\n", "undefined", 4, "'subtitle'"),
    "unknown name in a layer": Fault(
        POSTER + 'layers: [{id: new, kind: text, in: page, text: "{{ titel }}"}]\n', "undefined", 4, "'title'"
    ),
    "a slot's name in a slot": Fault(POSTER + 'subtitle: "{{ title }}"\n', "undefined", 4, "vars"),
    "item without for_each": Fault(
        POSTER + 'layers: [{id: new, kind: text, in: page, text: "{{ item.value }}"}]\n', "undefined", 4
    ),
    "unknown entry of item": Fault(
        "kind: Deck\nvars: {a: b}\nslides:\n  - layout: three-stats\n    title: x\n"
        "    stats: [{value: a, label: b}, {value: a, label: b}, {value: a, label: b}]\n"
        '    layers: [{id: n, kind: text, in: page, for_each: stats, text: "{{ item.valeu }}"}]\n',
        "undefined",
        7,
        "'value'",
    ),
    "unknown entry of loop": Fault(
        'kind: Deck\nvars: {a: [1, 2]}\nslides:\n  - {layout: statement, for_each: a, title: "{{ loop.idx }} {{ item }}"}\n',
        "undefined",
        4,
        "'index'",
    ),
    "unknown name in a scene": Fault(POSTER + 'scene: {subject: "{{ hero }}"}\n', "undefined", 4, "vars"),
    "unknown name in the defaults": Fault(DECK + 'defaults: {scene: {subject: "{{ hero }}"}}\n', "undefined", 5, "vars"),
    "unknown name in metadata": Fault(POSTER + 'meta: {subject: "{{ topic }}"}\n', "undefined", 4),
    "unknown name in notes": Fault(DECK + '  - {layout: statement, title: x, notes: "{{ speaker }}"}\n', "undefined", 5),
    "unknown name in a page's when": Fault(DECK + "  - {layout: statement, title: x, when: draft}\n", "undefined", 5),
    "row outside a batch": Fault(POSTER + 'subtitle: "{{ row.name }}"\n', "undefined", 4),
    "a var that comes later": Fault(POSTER + 'vars:\n  a: "{{ b }}"\n  b: x\n', "undefined", 5),
    "unknown fact": Fault(POSTER + 'facts: {year: {query: "2025"}}\nsubtitle: "{{ facts.yaer }}"\n', "undefined", 5, "'year'"),
    "unknown entry of locale": Fault(POSTER + 'subtitle: "{{ locale.lang }}"\n', "undefined", 4, "'language'"),
    "unknown row of a table": Fault(
        TABLE + 'facts: {a: {query: "q.on_tme"}}\n', "undefined", 5, "'on_time'", files={"q.csv": "k,v\non_time,1\n"}
    ),
    "unknown column in a chart's where": Fault(
        TABLE + "layers: [{id: c, kind: chart, in: page, chart: {from: q, x: k, y: v, where: row.kk == 'a'}}]\n",
        "unknown-column",
        5,
        "'k'",
        files={"q.csv": "k,v\na,1\n"},
    ),
    "unknown filter": Fault(POSTER + "subtitle: \"{{ '2026-04-18' | dat }}\"\n", "unknown-filter", 4, "'date'"),
    "unknown filter in a query": Fault(POSTER + 'facts: {a: {query: "2025 | nmber"}}\n', "unknown-filter", 4, "'number'"),
    "a filter of Jinja that is not kept": Fault(POSTER + 'subtitle: "{{ name | attr(1) }}"\n', "unknown-filter", 4),
    "unknown test": Fault(POSTER + 'subtitle: "{{ name is definde }}"\n', "unknown-test", 4, "'defined'"),
    # --- ids of what is plugged in
    "unknown output format": Fault(POSTER + "outputs:\n  - {format: pfd}\n", "unknown-format", 5, "'pdf'"),
    "unknown check": Fault(POSTER + "checks:\n  text.exakt: error\n", "unknown-check", 5, "'text.exact'"),
    "unknown model": Fault(POSTER + "generate: {model: drafft}\n", "unknown-engine", 4, "'draft'"),
    # --- batches
    "unknown column in map": Fault(BATCH.replace("row.name", "row.nmae"), "unknown-column", 7, "'name'", files=BATCH_FILES),
    "unknown column by subscript": Fault(
        BATCH.replace("row.name", "row['nmae']"), "unknown-column", 7, "'name'", files=BATCH_FILES
    ),
    "unknown column in where": Fault(
        BATCH.replace("key: sku", 'key: sku, where: "row.prise | int > 3"'), "unknown-column", 3, "'price'", files=BATCH_FILES
    ),
    "unknown name in where": Fault(
        BATCH.replace("key: sku", 'key: sku, where: "prise | int > 3"'), "undefined", 3, "'price'", files=BATCH_FILES
    ),
    "unknown column in the template": Fault(
        BATCH,
        "unknown-column",
        4,
        "'price'",
        files={**BATCH_FILES, "card.yaml": CARD + 'subtitle: "{{ row.prise | money }}"\n'},
        at="card.yaml",
    ),
    "unknown name in the template": Fault(
        BATCH, "undefined", 4, "'size'", files={**BATCH_FILES, "card.yaml": CARD + 'subtitle: "{{ siz.id }}"\n'}, at="card.yaml"
    ),
    "unknown name in map": Fault(BATCH.replace("row.name", "rwo.name"), "undefined", 7, "'row'", files=BATCH_FILES),
    "unknown name in the batch's vars": Fault(BATCH + 'vars: {a: "{{ b }}"}\n', "undefined", 8, files=BATCH_FILES),
    "unknown format of the batch": Fault(BATCH + "outputs: [{format: ping}]\n", "unknown-format", 8, "'png'", files=BATCH_FILES),
    "unknown check of the batch": Fault(BATCH + "checks: {qrr: warn}\n", "unknown-check", 8, "'qr'", files=BATCH_FILES),
    "unknown model of the batch": Fault(BATCH + "generate: {model: x}\n", "unknown-engine", 8, "draft", files=BATCH_FILES),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    check_fault(fault, diagnostics(tmp_path / "in", fault.text, fault.files))


def test_faults_that_the_plan_would_find_are_told_with_the_others(tmp_path: Path) -> None:
    text = (
        POSTER + 'titel: x\nsubtitle: "{{ venu }} {{ plaec | dat }}"\nchecks: {qrr: warn}\n'
        "outputs: [{format: pfd}]\ngenerate: {model: x}\nvars: {venue: x, place: y}\n"
    )
    found = diagnostics(tmp_path / "in", text, {})
    assert [(d.place.line, d.code) for d in found] == [
        (4, "unknown-key"),
        (5, "undefined"),
        (5, "unknown-filter"),
        (6, "unknown-check"),
        (7, "unknown-format"),
        (8, "unknown-engine"),
    ]
    assert "'venue'" in found[1].hint
    assert "'place'" in found[1].hint


FINE = {
    "what may be missing": "{{ subtitl | default('x') }}{{ row.a.b | d('') }}{% if hero is defined %}{{ hero }}{% endif %}",
    "what every string sees": "{{ locale.tag }} {{ name }} {{ brand.name }} {{ pair }} {{ shape }}",
    "what a page sees": "{{ page }} {{ folio }} {{ scene }}",
    "words that are no names": "{{ true and none is none }} {{ 'venu' }} {{ {'a': 1}['a'] }}",
}


@pytest.mark.parametrize("name", FINE)
def test_no_false_alarms(name: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(POSTER + f"subtitle: >-\n  {FINE[name]}\n", encoding="utf-8")
    load(tmp_path / "spec.yaml")


BATCH_WITH_NAMES = """kind: Batch
template: card.yaml
data: {rows: {csv: rows.csv, key: sku, where: "price | int > 3 and row.sku != 'c'"}}
vars: {extra: y, more: "{{ row.sku }}"}
matrix:
  locale: [zh-CN, en-GB]
  size: [{id: a3, canvas: A3}]
  tint: [{id: red, hex: "#f00"}, blue]
map: {note: "{{ more }} {{ size.id }} {{ rows.a }} {{ tint.hex }}"}
"""


def test_no_false_alarms_in_a_batch(tmp_path: Path) -> None:
    subtitle = "{{ row['name'] }} {{ row.colour | default(tint.id) }} {{ note }} {{ extra }}"
    files = {**BATCH_FILES, "card.yaml": CARD + f'vars: {{note: x}}\nsubtitle: "{subtitle}"\n', "spec.yaml": BATCH_WITH_NAMES}
    for name, content in files.items():
        (tmp_path / name).write_text(str(content), encoding="utf-8")
    load(tmp_path / "spec.yaml")
