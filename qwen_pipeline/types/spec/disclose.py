"""What a piece says about having been made by a machine."""

from typing import Annotated, Literal

from pydantic import Field

from .scalars import Bool, Strict, TextField

Corner = Literal["auto", "bottom-right", "bottom-left", "top-right", "top-left"]


class AigcSpec(Strict):
    """The implicit label of GB 45438-2025 (annex E) in the metadata of every file."""

    producer: Annotated[str, Field(min_length=1)]
    """Name or code of who offers the generating service."""
    produce_id: str = ""
    """The producer's number for this piece; default: the piece's fingerprint."""
    propagator: str = ""
    """Name or code of who publishes it."""
    propagate_id: str = ""
    """The publisher's number for it."""


class DiscloseSpec(Strict):
    pieces: Literal["generated", "all"] = "generated"
    """generated: only those with a picture that a trained model drew."""
    label: Bool | TextField = False
    """A visible label on every page with a drawn picture; `true` = the usual words of the piece's language."""
    corner: Corner = "auto"
    """auto: the first of them where nothing else stands."""
    aigc: AigcSpec | None = None
    c2pa: Bool = False
    """Sign the files (C2PA). Certificates and key come from the environment."""
