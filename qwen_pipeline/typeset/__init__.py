"""Typeset: page + fonts -> TypesetPage -> PDF page or pixels."""

from qwen_pipeline.pictures import load as load_picture

from .draw import draw
from .embed import encode as pack_picture
from .flow import paginate
from .fonts import Fonts
from .raster import lettering, pixel_height, rasterise, rasterise_span
from .solve import PictureFile, solve
from .webfonts import WebFont, web_font

__all__ = [
    "Fonts",
    "PictureFile",
    "WebFont",
    "draw",
    "lettering",
    "load_picture",
    "pack_picture",
    "paginate",
    "pixel_height",
    "rasterise",
    "rasterise_span",
    "solve",
    "web_font",
]
