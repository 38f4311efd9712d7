"""Runs checks and turns what they see into findings.

Separation of concerns: this file knows checks, levels and settings; it knows nothing of pages, text or pictures.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from qwen_pipeline import discover
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.types import CheckRule, Finding, Place, Severity

from .check import Check, Outcome, Settings
from .profile import profile_for
from .subject import Subject

CHECKS_PACKAGE = "qwen_pipeline.verify.checks"
_CRASHED = "this is a bug of qwen-pipeline; the piece is not judged"
_RANK = {"info": 0, "warn": 1, "error": 2}


@cache
def all_checks() -> Mapping[str, Check]:
    """id -> check, sorted by id. A file whose CHECK.id does not belong to its name is a fatal bug."""
    found = {}
    for name, path in discover.modules(CHECKS_PACKAGE).items():
        made: Check = importlib.import_module(path).CHECK
        if made.id != name:
            raise ImportError(f"{path}: CHECK.id is '{made.id}', and the file's name says '{name}'")
        found[made.id] = made
    return dict(sorted(found.items()))


def check_rules(rules: Iterable[CheckRule], place: Place) -> None:
    """SpecError with everything wrong in a piece's `checks`: ids that do not exist, settings that do not exist or fit."""
    problems = [problem for rule in rules for problem in _rule_problems(rule, place)]
    if problems:
        raise SpecError(problems)


def effective_rules(subject: Subject) -> tuple[CheckRule, ...]:
    """One rule per check: the profile's level and settings, overridden by the piece's own."""
    own = {rule.id: rule for rule in subject.piece.checks}
    profile = profile_for(subject.piece)
    return tuple(_merged(profile.get(name), own.get(name), name) for name in all_checks())


def run(subject: Subject, rules: Iterable[CheckRule] | None = None) -> tuple[Finding, ...]:
    """All findings, worst first. A check that crashes gives one finding of severity `internal`; the others still run."""
    chosen = [rule for rule in (effective_rules(subject) if rules is None else rules) if rule.level != "off"]
    found = {rule.id: list(_run_one(subject, rule)) for rule in sorted(chosen, key=lambda rule: all_checks()[rule.id].looks)}
    findings = [finding for rule in chosen for finding in found[rule.id]]
    return tuple(sorted(findings, key=lambda f: -_RANK.get(f.severity, 3)))


def _run_one(subject: Subject, rule: CheckRule) -> Iterator[Finding]:
    made = all_checks()[rule.id]
    piece = subject.piece.id
    try:
        settings = made.settings.model_validate(dict(rule.options))
        for outcome in made.body(subject, settings):
            yield _finding(made, rule, outcome, piece)
    except Exception as error:
        message = f"the check itself failed: {type(error).__name__}: {error}"
        yield Finding(rule.id, "crashed", "internal", message, piece, hint=_CRASHED)


def _finding(made: Check, rule: CheckRule, outcome: Outcome, piece: str) -> Finding:
    if outcome.code not in made.codes:
        raise ValueError(f"the code '{outcome.code}' is not among the codes of {made.id}")
    severity: Severity = "error" if rule.level == "error" else "warn"
    if outcome.at is not None and _RANK[outcome.at] < _RANK[severity]:
        severity = outcome.at
    return Finding(
        check=made.id,
        code=outcome.code,
        severity=severity,
        message=outcome.message,
        piece=piece,
        page=outcome.page,
        string=outcome.string,
        box=outcome.box,
        measured=outcome.measured,
        allowed=outcome.allowed,
        hint=outcome.hint,
    )


def _merged(profile: CheckRule | None, own: CheckRule | None, name: str) -> CheckRule:
    if own is None:
        return profile or CheckRule(name, "error")
    options = dict(profile.options) if profile else {}
    return CheckRule(name, own.level, tuple((options | dict(own.options)).items()))


def _rule_problems(rule: CheckRule, place: Place) -> Iterator[Diagnostic]:
    checks = all_checks()
    if rule.id not in checks:
        yield _unknown("unknown-check", f"no check '{rule.id}'", rule.id, checks, place)
        return
    settings = checks[rule.id].settings
    try:
        settings.model_validate(dict(rule.options))
    except ValidationError as error:
        for detail in error.errors():
            yield _setting_problem(rule.id, settings, detail, place)


def _setting_problem(check_id: str, settings: type[Settings], detail: Any, place: Place) -> Diagnostic:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return _unknown("unknown-option", f"{check_id} has no setting '{name}'", name, settings.model_fields, place)
    message = detail["msg"].removeprefix("Value error, ")
    return Diagnostic("bad-option", f"{check_id}: {name} = {detail['input']!r}: {message}", place)


def _unknown(code: str, message: str, name: str, known: Iterable[str], place: Place) -> Diagnostic:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    listed = "there are: " + ", ".join(names) if names else "it has none"
    return Diagnostic(code, message, place, f"did you mean '{close[0]}'?" if close else listed)
