"""The pictures of one piece, page by page, and what later ones may refer to."""

from __future__ import annotations

from dataclasses import field, replace

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Layer, Place, SceneLayer
from qwen_pipeline.types.spec import OWN_PICTURE

from .page_program import PageProgram
from .prompt import PromptString
from .scene_setting import SceneSetting
from .scenes import OwnReferences, SceneBook
from .scope import Scope, fail


@dataclass
class PieceScenes:
    """Asks the book for each picture of a piece. `known`: name -> fingerprint of the pictures so far."""

    book: SceneBook
    tag: str
    identity: tuple[str, ...]
    piece: str
    shared: bool
    consistency: str | None
    known: dict[str, str] = field(default_factory=dict)

    def of_page(self, program: PageProgram, scope: Scope, layers: tuple[Layer, ...]) -> str | None:
        """The picture behind a page's layers; None where it has none."""
        if program.scene is None:
            return None
        strings = program.strings(layers)
        references = self._references(program.scene.spec.references, program)
        self.known[program.id] = self._add(program.scene, scope, strings, references)
        return self.known[program.id]

    def among_layers(self, program: PageProgram, scope: Scope, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """The layers with the pictures that stand among them."""
        pictures = {picture.layer: picture for picture in program.pictures}
        out: list[Layer] = []
        for layer in layers:
            if isinstance(layer, SceneLayer):
                picture = pictures[layer.id]
                references = self._references(picture.setting.spec.references, program, layer.place)
                layer = replace(layer, scene=self._add(picture.setting, scope, (), references))
                self.known[picture.name] = layer.scene
                self.known.setdefault(picture.name.rpartition(".")[2], layer.scene)
            out.append(layer)
        return tuple(out)

    def _add(self, setting: SceneSetting, scope: Scope, strings: tuple[PromptString, ...], references: OwnReferences) -> str:
        return self.book.add(
            setting,
            scope,
            self.tag,
            identity=self.identity,
            strings=strings,
            references=references,
            piece=self.piece,
            shared=self.shared,
        )

    def _references(self, written: tuple[str, ...], program: PageProgram, place: Place | None = None) -> OwnReferences:
        """(as written, fingerprint) of the piece's own pictures among the references, and of the one for consistency."""
        if "references" not in self.book.engine.capabilities:
            return ()
        found = []
        for name in written:
            if name.startswith(OWN_PICTURE):
                found.append((name, self._named(name.removeprefix(OWN_PICTURE), place or program.source.place)))
        if self.consistency and program.id != self.consistency and self.consistency in self.known:
            found.append(("", self.known[self.consistency]))
        return tuple(found)

    def _named(self, name: str, place: Place) -> str:
        if name not in self.known:
            there = ", ".join(f"{OWN_PICTURE}{known}" for known in self.known) or "none"
            raise fail(
                "unknown-picture", f"no picture '{name}' before this one", place, f"pictures that stand before it: {there}"
            )
        return self.known[name]
