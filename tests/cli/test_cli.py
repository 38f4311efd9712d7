"""The command line: exit codes, what goes where, what is loaded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from qwen_pipeline.cli import _MODULES, cli, run
from qwen_pipeline.errors import BudgetRefused, CheckFailed, LicenceRefused, NeedsReview, RenderError, StoreError

ROOT = Path(__file__).resolve().parents[2]
HELLO = ROOT / "examples" / "01-hello" / "hello.yaml"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of the test's own; no traceback unless asked for."""
    monkeypatch.setenv("QWEN_PIPELINE_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("QWEN_PIPELINE_TRACEBACK", raising=False)


def call(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    code = run([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return code, out, err


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "--help")
    assert code == 0
    for name in _MODULES:
        assert f"  {name} " in out
        code, help_, _ = call(capsys, name, "--help")
        assert code == 0
        assert help_.startswith("Usage: qwen-pipeline")


def test_every_option_says_what_it_does() -> None:
    context = click.Context(cli)
    for name in _MODULES:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.help
        assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == [], name


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "biuld", HELLO)
    assert code == 2
    assert out == ""
    assert "build" in err


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["build"], 2),
        (["build", "--out"], 2),
        (["list", "nonsense"], 2),
        (["check", str(HELLO), "--set", "nothing"], 2),
        (["check", "no-such-file.yaml"], 2),
        (["schema"], 2),
        (["schema", "Nonsense"], 2),
        (["info", str(HELLO)], 2),
    ],
)
def test_wrong_calls(capsys: pytest.CaptureFixture[str], args: list[str], code: int) -> None:
    found, _, err = call(capsys, *args)
    assert found == code
    assert err
    assert "Traceback" not in err


def test_check_is_quiet_about_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "check", HELLO, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["ok"] is True
    assert found["specs"][0]["pieces"] == 1
    assert call(capsys, "check", HELLO, "--quiet") == (0, "", "")


def test_a_bad_spec_has_a_place_and_a_hint(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = tmp_path / "bad.yaml"
    spec.write_text("kind: Poster\ntitel: Hello\n")
    code, out, err = call(capsys, "check", spec)
    assert (code, out) == (2, "")
    assert "bad.yaml:2:" in err
    assert "title" in err
    code, out, _ = call(capsys, "build", spec, "--json")
    found = json.loads(out)
    assert (code, found["ok"], found["exit_code"]) == (2, False, 2)
    assert found["errors"][0]["line"] == 2
    assert found["errors"][0]["hint"]
    assert not (tmp_path / "store" / "scenes").exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CheckFailed("x"), 1),
        (LicenceRefused("x"), 3),
        (BudgetRefused("x"), 3),
        (RenderError("x"), 4),
        (StoreError("x"), 4),
        (NeedsReview("x"), 5),
        (ZeroDivisionError("x"), 70),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 0),
    ],
)
def test_errors_become_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("qwen_pipeline.pipeline.plans.make_plan", fail)
    saved = os.dup(1)
    try:
        assert run(["plan", str(HELLO)]) == code
    finally:
        os.dup2(saved, 1)
    assert "Traceback" not in capfd.readouterr().err


def test_a_traceback_can_be_had(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("here")

    monkeypatch.setattr("qwen_pipeline.pipeline.plans.make_plan", fail)
    monkeypatch.setenv("QWEN_PIPELINE_TRACEBACK", "1")
    code, _, err = call(capsys, "plan", HELLO)
    assert code == 70
    assert "Traceback" in err


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("QWEN_PIPELINE_WORKERS", "many")
    code, _, err = call(capsys, "plan", HELLO)
    assert code == 2
    assert "QWEN_PIPELINE_WORKERS" in err


@pytest.mark.parametrize("what", ["kinds", "layouts", "styles", "engines", "checks", "formats", "icons"])
def test_lists(capsys: pytest.CaptureFixture[str], what: str) -> None:
    code, out, _ = call(capsys, "list", what)
    assert code == 0
    assert out.strip()
    code, out, _ = call(capsys, "list", what, "--json")
    assert code == 0
    assert json.loads(out)[what]


def test_plan_and_prompts(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "plan", HELLO, "--json")
    assert code == 0
    plan = json.loads(out)["plans"][0]
    assert [piece["made"] for piece in plan["pieces"]] == [False]
    code, out, _ = call(capsys, "prompts", HELLO, "--json")
    assert code == 0
    assert all(0 < scene["tokens"] <= scene["limit"] for scene in json.loads(out)["scenes"])
    assert call(capsys, "plan", HELLO)[0] == 0
    assert call(capsys, "prompts", HELLO)[0] == 0


def test_schemas(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = call(capsys, "schema", "Poster")
    assert code == 0
    assert json.loads(out)["type"] == "object"
    assert call(capsys, "schema", "--all", "--out", tmp_path / "s")[0] == 0
    assert {p.name for p in (tmp_path / "s").iterdir()} >= {"poster.json", "deck.json", "batch.json", "brand.json"}


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "doctor", "--json")
    assert code == 0
    names = {fact["name"] for fact in json.loads(out)["facts"]}
    assert {"fonts", "store", "engine draft"} <= names


def test_doctor_says_what_would_draw(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = call(capsys, "doctor", "--json", "--weights", tmp_path)
    facts = {fact["name"]: fact for fact in json.loads(out)["facts"]}
    assert all(facts[f"auto, {usage}"]["value"].startswith("draft ") for usage in ("commercial", "research"))
    assert "--download" in facts["auto, research"]["hint"]
    assert facts["engine qwen-image"]["value"].startswith("for commercial and research use; ")


def test_build_info_and_reproduce(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out_dir = tmp_path / "out"
    code, out, _ = call(capsys, "build", HELLO, "--out", out_dir, "--json")
    assert code == 0
    manifest = json.loads(out)["builds"][0]["manifest"]
    assert manifest["exit_code"] == 0
    files = [out_dir / artifact["path"] for artifact in manifest["artifacts"]]
    assert all(path.is_file() for path in files)
    assert {"manifest.json", "findings.json", "prompts"} <= set(os.listdir(out_dir))
    for path in files:
        code, out, _ = call(capsys, "info", path, "--json")
        assert code == 0
        assert json.loads(out)["record"]["piece"] == manifest["pieces"][0]
    code, out, _ = call(capsys, "reproduce", files[-1], "--out", tmp_path / "again", "--json")
    assert code == 0
    assert [picture["same"] for picture in json.loads(out)["pictures"]] == [True]
    assert call(capsys, "info", files[-1])[0] == 0
    assert call(capsys, "plan", HELLO)[0] == 0


def test_several_specs_get_a_folder_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copy(HELLO, tmp_path / f"{name}.yaml")
    assert call(capsys, "build", tmp_path / "a.yaml", tmp_path / "b.yaml", "--out", tmp_path / "out", "--quiet") == (0, "", "")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"a", "b"}
    assert call(capsys, "build", HELLO, HELLO)[0] == 2


@pytest.mark.parametrize("kind", ["Poster", "Deck", "Infographic", "Batch", "Brand", "Layout"])
def test_new_specs_are_right_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
    code, _, _ = call(capsys, "new", kind, "first", "--out", tmp_path)
    assert code == 0
    folder = tmp_path / "first"
    spec = folder / ("poster.yaml" if kind in ("Brand", "Layout") else "first.yaml")
    head = spec.read_text("utf-8").splitlines()[0]
    schema = folder / head.split("$schema=")[1]
    assert json.loads(schema.read_text("utf-8"))["type"] == "object"
    code, _out, err = call(capsys, "check", spec)
    assert (code, err) == (0, "")
    assert call(capsys, "new", kind, "first", "--out", tmp_path)[0] == 2


def test_output_is_plain_where_there_is_no_terminal(tmp_path: Path) -> None:
    env = {**os.environ, "QWEN_PIPELINE_STORE": str(tmp_path / "store"), "FORCE_COLOR": ""}
    args = [sys.executable, "-m", "qwen_pipeline", "build", str(HELLO), "--out", str(tmp_path / "out")]
    done = subprocess.run(args, capture_output=True, text=True, env=env, cwd=tmp_path)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert "[1/1]" in done.stderr


def test_a_process_of_ours_ends_in_order(tmp_path: Path) -> None:
    """It skips what the interpreter takes apart, and nothing else: threads, what others registered, what was printed."""
    code = (
        "import atexit, sys, threading, time\n"
        "from qwen_pipeline import cli\n"
        "def work(args):\n"
        "    atexit.register(lambda: sys.stdout.write('registered '))\n"
        "    threading.Thread(target=lambda: (time.sleep(0.2), sys.stdout.write('thread '))).start()\n"
        "    sys.stdout.write('printed ')\n"
        "    return 3\n"
        "cli.run = work\n"
        "class Late:\n"
        "    def __del__(self): sys.stderr.write('taken apart')\n"
        "late = Late()\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (3, "printed thread registered ", "")
