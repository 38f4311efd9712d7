from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject


@check(
    "text.missing_glyph",
    rationale="A font draws an empty box or nothing at all for a character it lacks, and no viewer says so.",
    codes=("missing",),
)
def CHECK(subject: Subject, settings: Settings) -> Iterator[Outcome]:
    """Some font at hand has every character."""
    for _, _, page in subject.each_page():
        for string in page.strings:
            if string.missing:
                named = ", ".join(f"{c} (U+{ord(c[0]):04X})" for c in string.missing)
                yield Outcome(
                    "missing",
                    f"no font has {named}, in “{string.text[:40]}”",
                    page.id,
                    string.id,
                    string.box,
                    measured=named,
                    hint="use another character, or add a font that has it",
                )
