"""`prompt.enhanced`: pictures are drawn from rewritten prompts, where the spec asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from qwen_pipeline.verify.check import Outcome, Settings, check
from qwen_pipeline.verify.subject import Subject


@check(
    "prompt.enhanced",
    rationale="Who asks for rewritten prompts should know which pictures had none; a set may look uneven for it.",
    codes=("plain",),
)
def CHECK(subject: Subject, settings: Settings) -> Iterator[Outcome]:
    """Every picture whose prompt was to be rewritten (`generate.enhance`) was drawn from a rewritten one."""
    for page in subject.plain_prompts:
        message = "the prompt enhancer gave no usable answer; the picture was drawn from the template's prompt"
        hint = "another generate.seed, more generate.enhance.max_attempts, or on_fail: error to draw nothing then"
        yield Outcome("plain", message, page, hint=hint)
