"""Scenes: what the model is asked for, with seeds, sizes, references and edits; the same request is one scene."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.types import EngineInfo, Scene, SceneHints, SceneRequest
from qwen_pipeline.types.spec import OWN_PICTURE, SceneSpec

from .asked import AskedScene
from .calm import scene_size
from .edits import edit_words, expand_edit, within
from .enhancing import Enhancing
from .generating import Generating
from .page import Assets
from .prompt import PromptString, ReferredPicture, expand_words
from .scene_setting import Changes, SceneSetting, Wording
from .scope import Scope, fail

OwnReferences = tuple[tuple[str, str], ...]
"""(as written, fingerprint) of pictures of the same piece; the one for consistency is written as ""."""
CROP_TOLD = 0.25
"""A larger share of a picture than this is not cropped without a word."""


def derive_seed(*parts: object) -> int:
    """A seed from a job's identity: 63 bits of sha256 over the parts. No other job's existence changes it."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


@dataclass
class SceneBook:
    """The distinct scenes of a plan. Asking twice for the same request gives the same scene."""

    engine: EngineInfo
    count_tokens: Callable[[str], int]
    assets: Assets
    generate: Generating
    enhancing: Enhancing
    notify: Callable[[str], object]
    """Where things go that a person should know, once each."""
    scenes: dict[str, AskedScene] = field(default_factory=dict)
    _memo: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)
    _tokens: dict[str, int] = field(default_factory=dict)
    _prompts: dict[tuple[object, ...], str] = field(default_factory=dict)
    _shared: dict[tuple[object, ...], tuple[object, ...]] = field(default_factory=dict)
    _sizes: dict[tuple[object, ...], tuple[int, int]] = field(default_factory=dict)
    _subjects: dict[str, str] = field(default_factory=dict)
    """What the pictures asked for so far show, for those that refer to them."""

    def add(
        self,
        setting: SceneSetting,
        scope: Scope,
        tag: str,
        *,
        identity: tuple[str, ...],
        strings: Sequence[PromptString],
        references: OwnReferences,
        piece: str,
        shared: bool,
    ) -> str:
        """The fingerprint of one picture of one piece (of its last edit, where it has edits)."""
        changes = self._expand(setting, scope, tag)
        texts = tuple((s.text, s.locale) for s in strings)
        key = (setting.key, identity, changes, texts, references)
        self._check_sharing(setting, identity, (changes, texts), shared)
        chain = self._memo.get(key)
        if chain is None:
            chain = self._memo[key] = self._chain(Wording(setting, changes), identity, strings, references)
        for fingerprint in chain:
            self.scenes[fingerprint].used_by.add(piece)
        return chain[-1]

    def _expand(self, setting: SceneSetting, scope: Scope, tag: str) -> Changes:
        spec, dynamic = setting.spec, setting.dynamic
        if not dynamic:
            return ()

        def text(value: str) -> str:
            return scope.expand(value, tag, lambda: setting.place)

        changes: list[tuple[str, Any]] = []
        for name in dynamic:
            written = getattr(spec, name)
            if name == "edits":
                changes.append((name, tuple(expand_edit(edit, text) for edit in written)))
            else:
                changes.append((name, text(written) if isinstance(written, str) else tuple(text(v) for v in written)))
        return tuple(changes)

    def _check_sharing(self, setting: SceneSetting, identity: tuple[str, ...], content: tuple[object, ...], shared: bool) -> None:
        if not shared:
            return
        first = self._shared.setdefault((setting.page, identity), content)
        if first != content:
            raise fail(
                "share-conflict",
                f"share.scene lets pieces equal in {', '.join(identity)} show one picture, but their scenes differ",
                setting.place,
                "add the axis or the data key that the scene's words depend on to share.scene",
            )

    def _chain(
        self, words: Wording, identity: tuple[str, ...], strings: Sequence[PromptString], references: OwnReferences
    ) -> tuple[str, ...]:
        setting, spec = words.setting, words.spec
        paths, names, own = self._referred(setting, spec, references)
        request = self._request(words, identity, strings, names, own)
        chain = [self._keep(request, setting, paths, strings)]
        self._subjects[chain[0]] = spec.subject
        self._keep_plain(chain[-1], lambda: self._prompt(words, (), own))
        if request.guide:
            self.scenes[chain[-1]].guide_calm = setting.calm
        editing, size = self.generate.editing, (request.width_px, request.height_px)
        for number, (edit, part) in enumerate(zip(spec.edits, setting.parts, strict=True), 1):
            context = {**words.names, "strings": tuple(strings), "edit": edit_words(edit, part, setting.box)}
            context["instruction"] = expand_words("instruction.j2", setting.kind_folder, context)
            shown = tuple(self.assets.picture(written, setting.place) for written in edit.references)
            mask = self.assets.picture(edit.mask, setting.place) if edit.mask else ""
            request = replace(
                request,
                prompt=expand_words("edit.j2", setting.kind_folder, context),
                seed=derive_seed(self.generate.seed, *identity, setting.page, "edit", number),
                weights_digest=editing.weights.digest,
                dtype=editing.weights.dtype,
                num_inference_steps=editing.num_inference_steps,
                true_cfg_scale=editing.true_cfg_scale,
                sigmas=editing.sigmas,
                adapters=editing.adapters,
                source=chain[-1],
                references=tuple(self.assets.digest(path) for path in shown),
                guide=False,
                enhance=None,
                within=within(part, setting.whole(*size), size, setting.place),
                mask=self.assets.digest(mask) if mask else None,
            )
            chain.append(self._keep(request, setting, shown, strings, mask))
            self._keep_plain(chain[-1], lambda c=context: expand_words("edit.j2", setting.kind_folder, {**c, "strings": ()}))  # type: ignore[misc]
        return tuple(chain)

    def _keep_plain(self, fingerprint: str, prompt: Callable[[], str]) -> None:
        scene = self.scenes[fingerprint]
        if scene.strings and not scene.plain_prompt:
            scene.plain_prompt = prompt()

    def _referred(
        self, setting: SceneSetting, spec: SceneSpec, references: OwnReferences
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[ReferredPicture, ...]]:
        """Files, what the request names, and the piece's own pictures, numbered in the order written; consistency comes last."""
        paths: list[str] = []
        names: list[str] = []
        own: list[ReferredPicture] = []
        known = dict(references)
        for written in spec.references:
            if not written.startswith(OWN_PICTURE):
                paths.append(self.assets.picture(written, setting.place))
                names.append(self.assets.digest(paths[-1]))
            elif written in known:
                names.append(f"scene:{known[written]}")
                own.append(ReferredPicture(len(names), self._subjects.get(known[written], "")))
        names += [f"scene:{known['']}"] if "" in known else []
        return tuple(paths), tuple(names), tuple(own)

    def _request(
        self,
        words: Wording,
        identity: tuple[str, ...],
        strings: Sequence[PromptString],
        references: tuple[str, ...],
        own: tuple[ReferredPicture, ...],
    ) -> SceneRequest:
        setting, spec, engine, generate = words.setting, words.spec, self.engine, self.generate
        width, height = self._size(setting)
        guided = len(references) + 1 if self._is_guided(spec) else 0
        schedule = generate.schedule(bool(references) or bool(guided))
        negative = (*spec.negative, *(setting.style.negative if setting.style else ()))
        return SceneRequest(
            engine=engine.id,
            engine_version=engine.version,
            weights_digest=schedule.weights.digest,
            dtype=schedule.weights.dtype,
            prompt=self._prompt(words, strings, own, guided),
            negative_prompt=", ".join(dict.fromkeys(negative)),
            width_px=width,
            height_px=height,
            seed=derive_seed(generate.seed, *identity, setting.page, "draw", *(("take", spec.take) if spec.take > 1 else ())),
            num_inference_steps=schedule.num_inference_steps,
            true_cfg_scale=schedule.true_cfg_scale,
            sigmas=schedule.sigmas,
            references=references,
            transparent=spec.transparent,
            hints=self._hints(setting, spec) if "hints" in engine.capabilities else None,
            guide=bool(guided),
            adapters=schedule.adapters,
            enhance=self.enhancing.wish(references, bool(guided)),
        )

    def _size(self, setting: SceneSetting) -> tuple[int, int]:
        """Pixels to draw, the same for all pictures of a setting's box."""
        where = (setting.box, setting.canvas, setting.spec.focus)
        if where not in self._sizes:
            self._sizes[where] = scene_size(self.engine, setting.box, setting.canvas, self.generate.side_px)
            self._note_crop(setting, self._sizes[where])
        return self._sizes[where]

    def _is_guided(self, spec: SceneSpec) -> bool:
        if spec.guide == "layout" and "references" not in self.engine.capabilities:
            self.notify(f"scene.guide: {self.engine.id} takes no reference pictures, so the layout is told in words only")
            return False
        return spec.guide == "layout"

    def _note_crop(self, setting: SceneSetting, size: tuple[int, int]) -> None:
        """Say where much of a picture will not be seen: the engine draws no shape as long as the box."""
        box, whole = setting.box, setting.whole(*size)
        lost = 1 - box.w_pt * box.h_pt / (whole.w_pt * whole.h_pt)
        if lost > CROP_TOLD:
            shape = f"{size[0]}x{size[1]} px is the nearest shape that {self.engine.id} draws"
            self.notify(f"{lost:.0%} of the picture is cropped for {box.w_pt:.0f} x {box.h_pt:.0f} pt: {shape}")
        w, h = setting.spec.focus_size
        if w * whole.w_pt > box.w_pt + 0.5 or h * whole.h_pt > box.h_pt + 0.5:
            self.notify(f"scene.focus: less than its box is seen on {box.w_pt:.0f} x {box.h_pt:.0f} pt; the box's middle is kept")

    def _prompt(self, words: Wording, strings: Sequence[PromptString], own: tuple[ReferredPicture, ...], guided: int = 0) -> str:
        """Rows that say the same share one expansion; their pictures still differ by seed. `guided`: the sketch's number."""
        key = (words.setting.key, words.changes, tuple(strings), own, guided)
        if key not in self._prompts:
            guide = f"<image{guided}>" if guided else ""
            names = {**words.names, "strings": tuple(strings), "referred": own, "guide": guide}
            self._prompts[key] = expand_words("prompt.j2", words.setting.kind_folder, names)
        return self._prompts[key]

    def _hints(self, setting: SceneSetting, spec: SceneSpec) -> SceneHints:
        return SceneHints(
            style=setting.style.name if setting.style else "",
            style_words=setting.style.words if setting.style else spec.style,
            subject=spec.subject,
            palette=setting.colors,
            tone=setting.palette.tone,
            calm=setting.calm,
        )

    def _keep(
        self,
        request: SceneRequest,
        setting: SceneSetting,
        paths: tuple[str, ...],
        strings: Sequence[PromptString],
        mask: str = "",
    ) -> str:
        tokens = self._tokens.get(request.prompt)
        if tokens is None:
            tokens = self._tokens[request.prompt] = self.count_tokens(request.prompt)
        if tokens > self.engine.prompt_limit_tokens:
            raise fail(
                "prompt-too-long",
                f"the prompt of this scene has {tokens} tokens; {self.engine.id} reads {self.engine.prompt_limit_tokens}",
                setting.place,
                "shorten subject, style or details; nothing is cut silently",
            )
        references = len(request.references) + request.guide
        if references > self.engine.max_references:
            counted = f"{references} references, the layout sketch among them" if request.guide else f"{references} references"
            raise fail("too-many-references", f"{counted}; {self.engine.id} takes {self.engine.max_references}", setting.place)
        fingerprint = scene_fingerprint(request)
        if fingerprint not in self.scenes:
            spelled = tuple(s.text for s in strings)
            shown = request.source is not None or bool(references)
            worn, after = self.generate.schedule(shown).adapter_paths, self.generate.edit_schedule(shown)
            asked = AskedScene(request, paths, tokens, spelled, mask, worn, after)
            self.scenes[fingerprint] = asked
            if after is not None and (notice := self.generate.doubtful_words(strings)):
                self.notify(notice)
        return fingerprint

    def result(self) -> tuple[Scene, ...]:
        return tuple(asked.scene(fingerprint) for fingerprint, asked in self.scenes.items())
