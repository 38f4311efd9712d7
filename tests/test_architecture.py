"""Rules that hold the project together: who imports whom, what a name means, how long a module may be."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qwen_pipeline import discover

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "qwen_pipeline"
CODE = ("qwen_pipeline", "flows", "scripts", "benchmarks", "tests")
MAX_LINES = {"tests": 400}
"""By top folder; everywhere else 300."""
LONG = {}
"""Modules that may be longer, and why."""
PLUGGED = (
    ("qwen_pipeline.render.engines", "-", "INFO"),
    ("qwen_pipeline.render.enhancers", "-", "INFO"),
    ("qwen_pipeline.assemble.formats", "_", "FORMAT"),
    ("qwen_pipeline.verify.checks", "_", "CHECK"),
    ("qwen_pipeline.verify.readers", "_", "INFO"),
)
"""Packages where a file's name is an id: (package, what an underscore may stand for, what the module must define)."""


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported_by(statement: str) -> set[str]:
    """Top-level modules loaded by a statement in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    return set(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def test_import_contracts() -> None:
    from importlinter.cli import lint_imports

    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == 0


BUILD = "build benchmarks/specs/poster.yaml --engine draft --quiet --out"
"""Of a page that has words and a picture, and no code, chart or icon."""


def test_a_poster_loads_only_what_it_needs(tmp_path: Path) -> None:
    arguments = [*BUILD.split(), str(tmp_path / "out"), "--store", str(tmp_path / "store")]
    code = f"import sys\nfrom qwen_pipeline.cli import run\nassert run({arguments!r}) == 0\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = {"ssl", "http.client", "lxml", "numpy.ma", "segno", "tarfile", "rich", "openpyxl", "torch", "prefect"}
    own = {f"qwen_pipeline.{name}" for name in ("typeset.charts", "assemble.pptx_slides", "assemble.svg_items", "verify.read")}
    assert loaded & (heavy | own) == set()
    assert {"pikepdf", "reportlab", "numpy"} <= loaded


def test_classes_are_compiled_when_used() -> None:
    """`dataclasses.dataclass` compiles every method at once, in a start that may need none of them."""
    wrong = re.compile(r"^from dataclasses import [^\n]*\bdataclass\b|^@dataclasses\.dataclass", re.M)
    found = [path.relative_to(ROOT).as_posix() for path in python_files("qwen_pipeline") if wrong.search(path.read_text("utf-8"))]
    assert found == [], "take `dataclass` from qwen_pipeline.dataclass"


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        (
            "import qwen_pipeline",
            {"torch", "prefect", "diffusers", "transformers", "reportlab", "babel", "numpy", "PIL", "pydantic"},
        ),
        (
            "import qwen_pipeline.cli",
            {"torch", "prefect", "diffusers", "transformers", "reportlab", "babel", "numpy", "PIL", "rich"},
        ),
        (
            "from qwen_pipeline.cli import run; run(['check', 'examples/01-hello/hello.yaml', '--json'])",
            {"torch", "prefect", "diffusers", "transformers", "reportlab", "openpyxl", "pikepdf"},
        ),
    ],
)
def test_what_is_heavy_is_imported_when_used(statement: str, heavy: set[str]) -> None:
    assert imported_by(statement) & heavy == set()


def test_engines_are_listed_without_torch() -> None:
    loaded = imported_by("from qwen_pipeline.cli import run; run(['list', 'engines', '--json'])")
    assert loaded & {"torch", "diffusers", "transformers", "prefect"} == set()


def plugged() -> list[tuple[str, str, str]]:
    """(module, separator, attribute) of every engine, enhancer, format, check and reader."""
    return [
        (module, separator, attribute)
        for package, separator, attribute in PLUGGED
        for module in discover.modules(package, separator=separator).values()
    ]


@pytest.mark.parametrize(("module", "separator", "attribute"), plugged())
def test_a_file_name_is_its_id(module: str, separator: str, attribute: str) -> None:
    assert getattr(importlib.import_module(module), attribute).id == discover.module_id(module.rsplit(".", 1)[1], separator)


@pytest.mark.parametrize("kind", sorted(path.parent.name for path in ROOT.glob("templates/*/kind.yaml")))
def test_a_layout_s_file_name_is_its_name(kind: str) -> None:
    for path in (ROOT / "templates" / kind / "layouts").glob("*.yaml"):
        assert re.search(rf"^name: {re.escape(path.stem)}$", path.read_text(encoding="utf-8"), re.M), path.name


def test_every_check_format_and_engine_has_a_test() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in python_files("tests")}
    untested = []
    for module, _, attribute in plugged():
        stage, name = module.split(".")[1], module.rsplit(".", 1)[1]
        id = getattr(importlib.import_module(module), attribute).id
        text = "".join(text for path, text in texts.items() if stage in path.parts)
        if f'"{id}"' not in text and f"import {name}" not in text and f".{name} " not in text:
            untested.append(id)
    assert untested == []


def test_modules_are_short() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*CODE)}
    long = {name: lines for name, lines in sizes.items() if lines > MAX_LINES.get(name.split("/")[0], 300)}
    assert {name: lines for name, lines in long.items() if name not in LONG} == {}
    assert set(LONG) - set(long) == set(), "no longer long: take it off the list"


def test_nothing_is_left_to_do_later() -> None:
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    data = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".yaml", ".j2")]
    found = {
        str(path.relative_to(ROOT)) for path in [*python_files(*CODE), *data] if mark.search(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_the_package_prints_nothing() -> None:
    """Output is the command line's business (`click.echo`); a stray print would spoil `--json`."""
    for path in python_files("qwen_pipeline", "flows"):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        assert not any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls), path.name


def test_templates_are_data() -> None:
    assert [path.name for path in (ROOT / "templates").rglob("*.py")] == []


KEEPS_OUT = {"assemble/pdf_parts.py": "hides SOURCE_DATE_EPOCH from reportlab, which would read it"}
"""Modules that touch the environment to keep it out, and why."""


def test_stages_take_no_clock_and_no_environment() -> None:
    """Disk, clock, randomness and environment are handed in: a stage that reads them cannot be repeated."""
    wrong = re.compile(r"\b(time\.time\(|datetime\.now|date\.today|os\.environ|random\.random\(|uuid4)")
    for stage in ("spec", "plan", "typeset", "verify", "assemble"):
        for path in (PACKAGE / stage).rglob("*.py"):
            name = path.relative_to(PACKAGE).as_posix()
            assert name in KEEPS_OUT or not wrong.search(path.read_text(encoding="utf-8")), name
