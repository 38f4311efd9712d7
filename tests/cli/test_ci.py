"""JUnit files and annotations as build servers read them; webhooks from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from qwen_pipeline import notify
from qwen_pipeline.cli import run

ROOT = Path(__file__).resolve().parents[2]
GOOD = """\
kind: Poster
name: good
extends: minimal
canvas: {size: 200x200px}
title: Hello
scene: none
outputs: [{format: pdf}]
"""
CROWDED = GOOD.replace("name: good", "name: crowded").replace("title: Hello", f"title: {'word ' * 400}")


def spec(folder: Path, text: str) -> str:
    path = folder / (text.split("name: ")[1].split("\n")[0] + ".yaml")
    path.write_text(text, "utf-8")
    return str(path)


def build(folder: Path, *args: str) -> int:
    store, out = str(folder / "store"), str(folder / "out")
    return run(["build", *args, "--engine", "draft", "--store", store, "--out", out, "--quiet", "--workers", "1"])


def test_a_case_a_piece(tmp_path: Path) -> None:
    junit = tmp_path / "reports" / "junit.xml"
    assert build(tmp_path, spec(tmp_path, GOOD), spec(tmp_path, CROWDED), "--junit", str(junit)) == 1
    suites = {suite.get("name"): suite for suite in ElementTree.parse(junit).getroot()}
    assert {name: (s.get("tests"), s.get("failures"), s.get("errors")) for name, s in suites.items()} == {
        "good": ("1", "0", "0"),
        "crowded": ("1", "1", "0"),
    }
    kinds = {failure.get("type", "").split("/")[0] for failure in suites["crowded"].iter("failure")}
    assert "text.overflow" in kinds


def test_a_spec_that_is_wrong_is_an_error_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junit = tmp_path / "junit.xml"
    path = spec(tmp_path, GOOD.replace("title:", "tilte:"))
    assert build(tmp_path, path, "--junit", str(junit), "--annotations", "github") == 2
    (case,) = ElementTree.parse(junit).getroot().iter("testcase")
    error = case.find("error")
    assert error is not None
    assert "unknown-key" in (error.text or "")
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("::")]
    assert len(lines) == 1
    assert lines[0].startswith(f"::error file={path},line=5,col=1,title=unknown-key::")


def test_other_readers_take_the_file(tmp_path: Path) -> None:
    """Of what XML cannot hold nothing is written; two other parsers see the same cases."""
    from xml.dom import pulldom
    from xml.parsers import expat

    from qwen_pipeline.cli.ci import Outcome
    from qwen_pipeline.cli.junit import write_junit
    from qwen_pipeline.errors import QwenPipelineError

    error = QwenPipelineError('a\x00b\x1b[31m\ufffe\uffff\ud800 "<&>]]> \U0001f375 茶')
    write_junit(tmp_path / "junit.xml", [Outcome(Path("a\x0b&<\"'.yaml"), 0.5, error=error)])
    raw, names = (tmp_path / "junit.xml").read_bytes(), []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: names.append((tag, attributes.get("name")))
    parser.Parse(raw, True)
    assert [tag for tag, _ in names] == ["testsuites", "testsuite", "testcase", "error"]
    seen = [node.tagName for event, node in pulldom.parseString(raw.decode()) if event == pulldom.START_ELEMENT]
    assert seen == [tag for tag, _ in names]
    lxml = pytest.importorskip("lxml.etree", reason="a reader that is none of Python's own")
    assert "🍵 茶" in lxml.fromstring(raw).findtext(".//error")


def test_the_workflow_to_copy_builds_a_project_with_a_brand(tmp_path: Path) -> None:
    """Its commands, by the shell that a build server has, in a project whose brand lies beside the specs."""
    import yaml

    workflow = yaml.safe_load((ROOT / "docs" / "ci" / "github-actions.yml").read_text("utf-8"))
    commands = [step["run"] for step in workflow["jobs"]["build"]["steps"] if step.get("run", "").startswith("qwen-pipeline")]
    assert [command.split()[1] for command in commands] == ["check", "build"]
    (tmp_path / "designs").mkdir()
    (tmp_path / "designs" / "_brand.yaml").write_text("kind: Brand\nname: ours\n", "utf-8")
    (tmp_path / "designs" / "good.yaml").write_text(GOOD.replace("scene: none", "scene: none\nbrand: ./_brand.yaml"), "utf-8")
    call = f'set -e; qwen-pipeline() {{ "{sys.executable}" -m qwen_pipeline "$@"; }}; ' + "; ".join(commands)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", call], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    cases = [case.get("name") for case in ElementTree.parse(tmp_path / "out" / "junit.xml").getroot().iter("testcase")]
    assert cases == ["good/en"]


def test_findings_are_annotations_where_a_build_server_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert build(tmp_path, spec(tmp_path, CROWDED)) == 1
    assert any(line.startswith("::error file=") and "text.overflow" in line for line in capsys.readouterr().err.splitlines())
    monkeypatch.delenv("GITHUB_ACTIONS")
    build(tmp_path, spec(tmp_path, CROWDED))
    assert "::error" not in capsys.readouterr().err


def test_text_cannot_break_out_of_an_annotation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = spec(tmp_path, GOOD.replace("title: Hello", '"ti\\n::error::x": Hello'))
    assert build(tmp_path, path, "--annotations", "github") == 2
    assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("::error::x")] == []


def test_a_build_tells_the_webhooks_and_fails_with_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(notify.URLS, "ftp://hooks.example.org/t0ken")
    assert build(tmp_path, spec(tmp_path, GOOD)) == 0
    assert build(tmp_path, spec(tmp_path, GOOD.replace("title:", "tilte:"))) == 2
    assert caplog.text.count("hooks.example.org") == 2
    assert "t0ken" not in caplog.text


def test_the_options_are_in_the_help() -> None:
    from qwen_pipeline.cli import cli

    text = CliRunner().invoke(cli, ["build", "--help"]).output
    assert "--junit" in text
    assert "--annotations" in text
