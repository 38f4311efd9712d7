from __future__ import annotations

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.types import Canvas, CheckRule, Place
from qwen_pipeline.verify import all_checks, check_rules, effective_rules, load_profile, profile_name, run, runner
from qwen_pipeline.verify.check import Outcome, check

PLACE = Place("tea.yaml", 30, 3, "checks")


def test_files_and_ids_agree():
    assert set(all_checks()) == {
        "text.exact",
        "text.overflow",
        "text.missing_glyph",
        "contrast",
        "safe_zone",
        "min_dpi",
        "prompt.enhanced",
        "qr",
        "numbers.traceable",
        "pair.parity",
        "overlap",
        "blank",
        "text.read",
    }


def test_every_check_says_why():
    for made in all_checks().values():
        assert made.describe
        assert made.rationale
        assert made.codes


@pytest.mark.parametrize("name", ["print", "screen"])
def test_profiles_name_every_check_with_good_settings(name):
    rules = load_profile(name)
    assert set(rules) == set(all_checks())
    check_rules(rules.values(), PLACE)


def test_profiles_give_reasons():
    from importlib.resources import files

    import yaml

    for path in (files("qwen_pipeline.verify") / "profiles").iterdir():
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["checks"].values():
            assert entry["reason"]


def test_pixels_are_for_the_screen(case):
    assert profile_name(case.subject().piece) == "print"
    case.canvas = Canvas("square", 810, 810, width_px=1080, height_px=1080)
    assert profile_name(case.subject().piece) == "screen"


def test_off_skips_and_warn_softens(case, edit):
    case.change_page = lambda p: edit.string(p, 0, missing=("₿",))
    case.rules = (CheckRule("text.missing_glyph", "warn"),)
    assert [f.severity for f in case.findings("text.missing_glyph")] == ["warn"]
    case.rules = (CheckRule("text.missing_glyph", "off"),)
    assert case.findings("text.missing_glyph") == []


def test_own_level_keeps_the_settings_of_the_profile(case):
    case.rules = (CheckRule("qr", "warn"),)
    rule = next(r for r in effective_rules(case.subject()) if r.id == "qr")
    assert (rule.level, rule.option("proof_dpi")) == ("warn", 100)


def _crashes(subject, settings):
    """Looks, and falls over."""
    yield Outcome("seen", "one thing")
    raise ZeroDivisionError("oh")


def test_checks_that_look_come_last_and_their_findings_where_they_belong(case, edit, monkeypatch):
    ran = []
    real = runner._run_one
    monkeypatch.setattr(runner, "_run_one", lambda subject, rule: ran.append(rule.id) or real(subject, rule))
    looking = {name for name, made in all_checks().items() if made.looks}
    assert looking == {"blank", "qr", "text.read"}
    findings = run(case.subject(), [CheckRule("blank", "warn"), CheckRule("qr", "off"), CheckRule("overlap", "warn")])
    assert (ran, findings) == (["overlap", "blank"], ())


def test_a_crash_is_ours_and_the_rest_still_runs(case, edit, monkeypatch):
    broken = check("broken", rationale="test", codes=("seen",))(_crashes)
    checks = {**all_checks(), "broken": broken}
    monkeypatch.setattr(runner, "all_checks", lambda: checks)
    case.change_page = lambda p: edit.string(p, 0, missing=("₿",))
    findings = run(case.subject())
    assert [(f.check, f.code, f.severity) for f in findings] == [
        ("broken", "crashed", "internal"),
        ("text.missing_glyph", "missing", "error"),
        ("broken", "seen", "error"),
    ]


def test_a_code_that_was_never_declared_is_ours(case, monkeypatch):
    def body(subject, settings):
        yield Outcome("other", "x")

    monkeypatch.setattr(runner, "all_checks", lambda: {"broken": check("broken", rationale="t", codes=("seen",))(body)})
    assert [f.severity for f in run(case.subject())] == ["internal"]


@pytest.mark.parametrize(
    ("rule", "code", "hint"),
    [
        (CheckRule("text.exakt", "error"), "unknown-check", "did you mean 'text.exact'?"),
        (CheckRule("zzz", "off"), "unknown-check", None),
        (CheckRule("contrast", "error", (("mni", 3.0),)), "unknown-option", "did you mean 'min'?"),
        (CheckRule("contrast", "error", (("min", 40.0),)), "bad-option", ""),
        (CheckRule("contrast", "error", (("min", "high"),)), "bad-option", ""),
        (CheckRule("blank", "error", (("min", 3),)), "unknown-option", "it has none"),
    ],
)
def test_wrong_rules_are_refused(rule, code, hint):
    with pytest.raises(SpecError) as caught:
        check_rules([rule], PLACE)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.place) == (code, PLACE)
    assert hint is None or diagnostic.hint == hint
