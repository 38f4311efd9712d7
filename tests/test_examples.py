"""Every folder in examples/ is checked, planned as expected, and built with the draft engine without an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.expected import folders, produced, run, specs

EXAMPLES = pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)


@EXAMPLES
def test_plan_and_prompts_are_as_expected(folder: Path) -> None:
    """`python scripts/update_expected.py` accepts a change."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / "expected").glob("*.txt"))}
    assert produced(folder) == kept


@EXAMPLES
def test_it_builds_without_an_error(folder: Path, tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    checked = run(folder, "check", "--store", store)
    assert (checked.returncode, checked.stderr) == (0, "")
    done = run(folder, "build", "--store", store, "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    builds = json.loads(done.stdout)["builds"]
    assert len(builds) == len(specs(folder))
    for build in builds:
        manifest = build["manifest"]
        assert manifest["failures"] == []
        assert [finding for finding in manifest["findings"] if finding["severity"] in ("error", "internal")] == []
        assert {text["outcome"] for text in manifest["texts"]} <= {"overlay", "baked"}
        for artifact in manifest["artifacts"]:
            assert (Path(build["out"]) / artifact["path"]).stat().st_size == artifact["bytes"]


def test_every_example_says_what_it_is() -> None:
    for folder in folders():
        assert (folder / "README.md").read_text(encoding="utf-8").startswith("# "), folder.name
        for spec in specs(folder):
            lines = spec.read_text(encoding="utf-8").splitlines()
            assert lines[0].startswith("# yaml-language-server: $schema=") or len(lines) <= 3, spec.name
