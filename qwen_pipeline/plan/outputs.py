"""The deliverables of each piece and of the run, with their final names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.types import OutputRequest, Place
from qwen_pipeline.types.spec import OutputSpec

from .names import FormatTraits, NameBook, default_name, fields_in, fill
from .scope import PlanError, fail


@dataclass
class OutputBook:
    """What is asked for, and the names given out so far."""

    written: tuple[tuple[OutputSpec, Place], ...]
    formats: Mapping[str, FormatTraits]
    names: NameBook = field(default_factory=NameBook)

    def __post_init__(self) -> None:
        self._options = {id(written): _options(written) for written, _ in self.written}

    def of_piece(self, fields: Mapping[str, str], pages: int, piece: str) -> tuple[OutputRequest, ...]:
        """The outputs of one piece; PlanError for a name that cannot be, or that is taken."""
        out = []
        for written, place in self.written:
            traits = self._traits(written, place)
            if traits.run:
                continue
            known = [name for name in fields if name != "name"]
            pattern = written.name or default_name(traits, written.format, fields=known, pages=pages)
            if traits.file_per_page and pages > 1 and "page" not in fields_in(pattern):
                raise fail(
                    "name-without-page",
                    f"“{pattern}” names one file, and this piece has {pages} pages",
                    place,
                    "add {page} to the name",
                )
            out.append(self._take(written, fill(pattern, fields, place), piece, place))
        return tuple(out)

    def of_run(self, name: str) -> tuple[OutputRequest, ...]:
        """Outputs for the whole run: a contact sheet."""
        out = []
        for written, place in self.written:
            traits = self._traits(written, place)
            if traits.run:
                pattern = written.name or default_name(traits, written.format, fields=(), pages=1)
                try:
                    out.append(self._take(written, fill(pattern, {"name": name}, place), "the whole run", place))
                except PlanError as error:
                    raise SpecError([error.diagnostic]) from error
        return tuple(out)

    def _take(self, written: OutputSpec, name: str, owner: str, place: Place) -> OutputRequest:
        self.names.take(name, owner, place)
        return OutputRequest(written.format, name, self._options[id(written)], place)

    def _traits(self, written: OutputSpec, place: Place) -> FormatTraits:
        traits = self.formats.get(written.format)
        if traits is None:
            close = difflib.get_close_matches(written.format, self.formats, n=1)
            hint = f"did you mean '{close[0]}'?" if close else "there are: " + ", ".join(sorted(self.formats))
            raise SpecError([Diagnostic("unknown-format", f"no output format '{written.format}'", place, hint)])
        return traits


def _options(written: OutputSpec) -> tuple[tuple[str, Any], ...]:
    extra = written.model_extra or {}
    return tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in extra.items()))
