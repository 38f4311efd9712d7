"""JUnit files: a suite a spec, a case a piece. In a module of its own, because the XML tools bring an HTTP client with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from .ci import BAD, Outcome, hinted, said


def write_junit(path: Path, outcomes: Sequence[Outcome]) -> None:
    """A suite a spec, a case a piece: `failure` for what a check refused, `error` for what was not made."""
    suites = "".join(_suite(outcome) for outcome in outcomes)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{suites}</testsuites>\n', encoding="utf-8")


def _suite(outcome: Outcome) -> str:
    cases = list(_cases(outcome))
    counts = f'tests="{len(cases)}" failures="{_having(cases, "<failure")}" errors="{_having(cases, "<error")}"'
    name = quoteattr(_clean(outcome.manifest.name if outcome.manifest else outcome.spec.stem))
    return f'<testsuite name={name} {counts} time="{outcome.seconds:.3f}">\n{"".join(cases)}</testsuite>\n'


def _having(cases: Sequence[str], tag: str) -> int:
    return sum(tag in case for case in cases)


def _cases(outcome: Outcome) -> Iterator[str]:
    if outcome.manifest is None:
        assert outcome.error is not None
        yield _case(outcome.spec.stem, outcome.spec.name, _element("error", outcome.error.code, str(outcome.error)))
        return
    manifest = outcome.manifest
    pieces = dict.fromkeys([*manifest.pieces, *(f.piece for f in manifest.failures)])
    for piece in pieces:
        findings = [f for f in manifest.findings if f.piece == piece]
        body = "".join(_element("failure", f"{f.check}/{f.code}", said(f)) for f in findings if f.severity in BAD)
        body += "".join(_element("error", f.code, f.message + hinted(f.hint)) for f in manifest.failures if f.piece == piece)
        warned = [said(f) for f in findings if f.severity == "warn"]
        body += f"<system-out>{_text(chr(10).join(warned))}</system-out>" if warned else ""
        yield _case(manifest.name, piece, body)


def _case(suite: str, name: str, body: str) -> str:
    return f"<testcase classname={quoteattr(_clean(suite))} name={quoteattr(_clean(name))}>{body}</testcase>\n"


def _element(tag: str, kind: str, text: str) -> str:
    first = text.splitlines()[0] if text else kind
    return f"<{tag} type={quoteattr(kind)} message={quoteattr(_clean(first))}>{_text(text)}</{tag}>"


def _text(value: str) -> str:
    return escape(_clean(value))


def _clean(value: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(c for c in value if c in "\t\n" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" or c > "\uffff")
