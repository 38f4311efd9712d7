"""Typeset: page + fonts -> TypesetPage -> PDF page or pixels."""

from .draw import draw
from .fonts import Fonts
from .raster import lettering, pixel_height, rasterise
from .solve import PictureFile, solve

__all__ = ["Fonts", "PictureFile", "draw", "lettering", "pixel_height", "rasterise", "solve"]
