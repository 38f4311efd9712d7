"""Two runs of one spec give the same bytes, whatever the process, its settings, its folder and its neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from .builds import CARD, SLOW, Call, digests, write_batch

ROWS = 4 if SLOW else 3
CARD_BOTH = CARD.replace("locales: [en]", "locales: [zh-CN, en-GB]").replace(
    "title: Name\n", "title: Name\nsubtitle: \"{{ '2026-04-18' | date }} · {{ 1234.5 | money(locale) }}\"\n"
)
BATCH = """\
apiVersion: design/v1
kind: Batch
name: batch
template: ./card.yaml
data: {rows: {csv: rows.csv, key: id}}
matrix: {locale: [zh-CN, en-GB]}
map: {title: "{{ row.name }}"}
outputs:
  - {format: png, name: "{id}.{locale}.png"}
  - {format: jpeg, name: "{id}.{locale}.jpg"}
  - {format: webp, name: "{id}.{locale}.webp"}
  - {format: pdf, name: "{id}.{locale}.pdf"}
  - {format: contact_sheet, name: "sheet.pdf"}
  - {format: contact_sheet, name: "sheet.png"}
  - {format: contact_sheet, name: "sheet.html"}
"""
ELSEWHERE = {
    "PYTHONHASHSEED": "4711",
    "TZ": "Pacific/Kiritimati",
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "zh_CN.GB18030",
    "SOURCE_DATE_EPOCH": "0",
    "USER": "somebody",
    "COLUMNS": "33",
    "OMP_NUM_THREADS": "1",
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("first")
    spec = write_batch(folder / "in", ROWS, card=CARD_BOTH, batch=BATCH)
    ended = Call(spec, folder / "out", folder / "store", ("--workers", "1"), {"PYTHONHASHSEED": "0"}).run()
    assert ended.code == 0, ended.err
    return spec, digests(folder / "out")


def test_in_another_process_with_other_settings(first: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """Hash seed, time zone, language, current folder, number of workers, the spec's own folder and its files' times."""
    spec, good = first
    moved = write_batch(tmp_path / "another name", ROWS, card=CARD_BOTH, batch=BATCH)
    assert moved.read_bytes() == spec.read_bytes()
    call = Call(Path(moved.name), tmp_path / "out", tmp_path / "store", ("--workers", "2"), ELSEWHERE, cwd=moved.parent)
    ended = call.run()
    assert ended.code == 0, ended.err
    assert digests(tmp_path / "out") == good


def test_in_another_order(first: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """Made piece by piece, the last first, then put together: neighbours and order decide nothing."""
    spec, good = first
    for names in (["r002"], ["zh-CN"], []):
        chosen = [word for name in names for word in ("--select", name)]
        ended = Call(spec, tmp_path / "out", tmp_path / "store", ("--workers", "1", *chosen)).run()
        assert ended.code == 0, ended.err
    assert digests(tmp_path / "out") == good


def test_without_the_ledger_of_the_first(first: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """From the store alone, into another folder: nothing drawn, the same bytes."""
    spec, good = first
    store = spec.parent.parent / "store"
    ended = Call(spec, tmp_path / "out", store, ("--json",)).run()
    assert (ended.code, ended.manifest["rendered"]) == (0, 0)
    assert digests(tmp_path / "out") == good
