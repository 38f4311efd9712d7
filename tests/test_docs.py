"""Docs cannot drift: generated pages are fresh, every code and option is explained, every link leads somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qwen_pipeline import cli, errors
from qwen_pipeline.types import spec as language
from scripts import make_docs
from scripts.docgen import codes

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROW = re.compile(r"^\| `([^`]+)` \|", re.M)


def section(page: str, heading: str) -> str:
    """The text under a second-level heading."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_generated_pages_are_fresh() -> None:
    """`make docs` writes them."""
    assert [str(path.relative_to(ROOT)) for path in make_docs.stale()] == []


def test_every_error_code_is_explained() -> None:
    documented = set(ROW.findall(section("errors.md", "Error codes")))
    assert set(codes.error_codes(ROOT)) - documented == set()
    assert documented - set(codes.error_codes(ROOT)) - DYNAMIC == set(), "explained, but nothing gives them"


DYNAMIC = {"unknown-engine"}
"""Codes that are put together when they are given."""


def test_every_finding_code_is_explained() -> None:
    assert set(ROW.findall(section("errors.md", "Findings"))) == codes.finding_codes()


def test_every_exit_code_is_explained() -> None:
    documented = {int(code) for code in ROW.findall(section("errors.md", "Exit codes"))}
    tree = [errors.QwenPipelineError]
    for node in tree:
        tree += node.__subclasses__()
    assert {node.exit_code for node in tree} | {0, cli.INTERRUPTED, cli.TERMINATED} == documented


def test_every_key_of_the_language_has_a_place_in_the_reference() -> None:
    text = (ROOT / "docs" / "spec-reference.md").read_text(encoding="utf-8")
    for name, model in vars(language).items():
        if isinstance(model, type) and issubclass(model, language.Strict) and model.model_fields:
            for field, info in model.model_fields.items():
                assert f"| `{info.alias or field}` |" in text, f"{name}.{field}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"", text):
        link = target[0] or target[1]
        if link.startswith(("http://", "https://", "#", "mailto:")):
            continue
        assert (page.parent / link.split("#")[0]).exists(), link


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md", "docs/cookbook.md"])
def test_specs_in_the_docs_are_right(page: str, tmp_path: Path) -> None:
    """A YAML block whose first line is a comment with a file name is a file; those that are no templates are checked."""
    blocks = re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)
    data = re.findall(r"```csv\n# (\S+)\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)
    assert blocks
    for name, text in [*blocks, *data]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    specs = [str(tmp_path / name) for name, _ in blocks if not Path(name).name.startswith("_")]
    assert cli.run(["check", *specs, "--engine", "draft", "--store", str(tmp_path / "store"), "--json"]) == 0


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "schema").glob("*.json")), ids=lambda path: path.stem)
def test_examples_keep_their_schema(path: Path) -> None:
    import jsonschema
    import yaml

    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for example in (ROOT / "examples").rglob("*.yaml"):
        text = example.read_text(encoding="utf-8")
        if f"schema/{path.name}" in text.splitlines()[0]:
            # BaseLoader would lose numbers; dates are text in a spec.
            found = list(
                jsonschema.Draft202012Validator(schema).iter_errors(json.loads(json.dumps(yaml.safe_load(text), default=str)))
            )
            assert found == [], example
