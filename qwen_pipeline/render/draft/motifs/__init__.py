"""Things a picture can show, as outlines in parts; styles decide how the parts are painted."""

from . import built, made, nature, vessels
from .nature import blossom, leafed
from .shape import Form, Maker, Motif, Role, Shape, fill, line

MOTIFS: dict[str, Maker] = {**vessels.MOTIFS, **nature.MOTIFS, **built.MOTIFS, **made.MOTIFS}

__all__ = ["MOTIFS", "Form", "Maker", "Motif", "Role", "Shape", "blossom", "fill", "leafed", "line"]
