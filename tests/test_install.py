"""The built wheel: what is in it, and that it works away from the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script of a fresh environment that has the wheel, and our environment's libraries by a path file."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-qq", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(command, check=True)
    site = Path(
        subprocess.run(
            [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True
        ).stdout.strip()
    )
    # Only a folder, not its own path files: the editable install of the checkout must stay out of sight.
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder / "venv" / "bin" / "qwen-pipeline"


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_has_templates_and_flows_under_their_names(wheel: Path) -> None:
    names = names_in(wheel)
    templates = {p.relative_to(ROOT / "templates").as_posix() for p in (ROOT / "templates").rglob("*") if p.is_file()}
    assert {f"qwen_pipeline/_templates/{name}" for name in templates} <= names
    flows = {p.relative_to(ROOT / "flows").as_posix() for p in (ROOT / "flows").rglob("*.py")}
    assert "build.py" in flows
    assert {f"qwen_pipeline_flows/{name}" for name in flows} <= names
    assert {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")} == {
        "qwen_pipeline",
        "qwen_pipeline_flows",
    }


def test_the_wheel_is_plain_data_and_code(wheel: Path) -> None:
    assert {Path(name).suffix for name in names_in(wheel) if ".dist-info/" not in name} <= {
        ".csv",
        ".py",
        ".yaml",
        ".j2",
        ".json",
        ".typed",
        ".icc",
        ".md",
    }


def test_the_core_needs_neither_torch_nor_prefect() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!~\[ ]", requirement)[0].lower() for requirement in project["dependencies"]}
    assert names & {"torch", "diffusers", "transformers", "prefect", "typst", "scipy", "opencv-python"} == set()


def test_the_lock_has_every_direct_requirement_and_no_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    lines = [line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[A-Za-z0-9.+!]+", line) for line in lines)
    assert lines == sorted(lines)
    names = {re.split(r"[<>=!~\[ ]", requirement)[0].lower().replace("_", "-") for requirement in wanted} - {project["name"]}
    assert names <= {line.split("==")[0] for line in lines}


def test_the_installed_wheel_builds_from_another_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text("kind: Poster\ntitle: 你好，世界\nlocales: zh-CN\n", encoding="utf-8")
    command = [installed, "build", "hello.yaml", "--engine", "draft", "--out", "out", "--store", "store", "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.suffix for path in (tmp_path / "out").iterdir()} >= {".pdf", ".png", ".json"}


def test_the_installed_wheel_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import qwen_pipeline, qwen_pipeline_flows; print(qwen_pipeline.__file__); print(qwen_pipeline_flows.__path__[0])"
    found = subprocess.run(
        [installed.with_name("python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert str(ROOT) not in found
