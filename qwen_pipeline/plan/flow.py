"""Texts that run over pages: what stays on the first page, and what each further one takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qwen_pipeline.types import Layer, Page, ShapeLayer, TextLayer
from qwen_pipeline.types.spec import Theme

from .context import PlanContext
from .page_program import PageProgram
from .scope import Scope, fail


def over_pages(
    program: PageProgram, page: Page, context: PlanContext, theme: Theme, scope_of: Callable[[PageProgram, int], Scope]
) -> tuple[Page, ...]:
    """`page`, and the further pages that its text needs. `scope_of(program, n)`: what the n-th page after it sees.

    PlanError `bad-flow` for what stands among the flowing texts and is none.
    """
    further = program.continued
    if further is None:
        return (page,)
    assert context.flow is not None, "a layout with flow needs a context that has it"
    fixed, flowing = _parted(program, page.layers)
    regions = program.regions[program.flow], further.regions[program.flow]
    first, *columns = context.flow(tuple(theme.fonts.items()), flowing, *regions)
    pages = [replace(page, layers=(*fixed, *first))]
    for number, column in enumerate(columns, 1):
        furniture = further.layers(scope_of(further, number))
        pages.append(further.page((*furniture, *column), None, (), number + 1))
    return tuple(pages)


def _parted(program: PageProgram, layers: tuple[Layer, ...]) -> tuple[list[Layer], list[TextLayer]]:
    """The layers that stay, and the texts that flow."""
    fixed: list[Layer] = []
    flowing: list[TextLayer] = []
    for layer in layers:
        if layer.region != program.flow or isinstance(layer, ShapeLayer):
            fixed.append(layer)
        elif isinstance(layer, TextLayer):
            flowing.append(layer)
        else:
            place = layer.place or program.source.place
            raise fail("bad-flow", f"only texts flow over pages, and {layer.id} is none", place, "give it a region of its own")
    return fixed, flowing
