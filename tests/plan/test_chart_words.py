"""What a chart's plan adds to its numbers: decimals that line up, a change with its sign, an icon that is there."""

from __future__ import annotations

import pytest

from qwen_pipeline.plan.charts import _delta, _even_decimals, _formatter, _icon
from qwen_pipeline.plan.scope import PlanError
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import ChartSpec


def spec(**keys: object) -> ChartSpec:
    return ChartSpec.model_validate({"from": "t", "x": "m", "y": "v", **keys})


@pytest.mark.parametrize(("tag", "shown"), [("zh-CN", "1,280.50"), ("de-DE", "1.280,50")])
def test_numbers_of_a_table_have_as_many_decimals_as_the_longest(tag: str, shown: str) -> None:
    pattern = _even_decimals(spec(type="table"), [1280.5, 3.0, 0.25])
    assert _formatter(pattern, tag)(1280.5) == shown
    assert _even_decimals(spec(type="bar"), [0.5]) is None


@pytest.mark.parametrize(("delta", "shown"), [("previous", "-2.5"), ("first", "+2.5"), ("none", "")])
def test_the_change_has_its_sign(delta: str, shown: str) -> None:
    assert _delta(spec(type="number", delta=delta), [4.0, 9.0, 6.5], _formatter(None, "en-GB")) == shown
    assert _delta(spec(type="number", delta=delta), [4.0], _formatter(None, "en-GB")) == ""


def test_an_icon_that_is_not_there_is_refused() -> None:
    with pytest.raises(PlanError) as wrong:
        _icon("usr", {"user": ("M0 0",)}, Place("s.yaml", 3, 1))
    assert wrong.value.diagnostic.code == "unknown-icon"
