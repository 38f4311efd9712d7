"""The check `prompt.enhanced`."""

from __future__ import annotations

from dataclasses import replace

from qwen_pipeline.verify import run


def test_a_picture_from_the_template_s_own_prompt_is_told(case):
    subject = case.subject()
    assert [finding for finding in run(subject) if finding.check == "prompt.enhanced"] == []
    (finding,) = [f for f in run(replace(subject, plain_prompts=("card",))) if f.check == "prompt.enhanced"]
    assert (finding.code, finding.severity, finding.page) == ("plain", "warn", "card")
