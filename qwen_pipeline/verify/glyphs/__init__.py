"""The shapes in a picture against the glyphs of the built-in font.

reference (glyphs as ink) -> ink (a line of a picture as ink) -> fit (how well one lies on the other).
"""

from .line import LineGlyphs

__all__ = ["LineGlyphs"]
