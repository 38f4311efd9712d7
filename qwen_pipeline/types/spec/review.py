"""A person in the loop."""

from typing import Annotated, Literal

from pydantic import Field

from .scalars import Strict


class ReviewSpec(Strict):
    gate: Literal["none", "approve", "pick-one"] = "none"
    """approve: a person says yes to every piece. pick-one: a person picks one of each piece's candidates."""
    timeout: Annotated[str, Field(pattern=r"^[1-9]\d*(m|h|d)$")] | None = None
    """`30m`, `48h`, `7d` from when the piece was first shown; default: it waits for ever."""
    on_timeout: Literal["fail", "accept"] = "fail"
    """accept: the piece as it is, or its first candidate."""
