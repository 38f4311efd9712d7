"""A step of the ladder as scenes to draw: prompts, seeds, sources. The same step of the same picture is the same scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.plan.prompt import expand_words
from qwen_pipeline.plan.scenes import derive_seed
from qwen_pipeline.types import Scene, SceneRequest

from .ladder import Step, Wanted


@dataclass(frozen=True, slots=True)
class Chain:
    """A picture as it was planned: the generated scene first, then its edits. `kind_folder`: where its prompts come from."""

    scenes: tuple[Scene, ...]
    kind_folder: Path
    count_tokens: Callable[[str], int]

    @property
    def last(self) -> Scene:
        return self.scenes[-1]


def scenes_of(step: Step, chain: Chain, wanted: Sequence[Wanted]) -> tuple[Scene, ...]:
    """What to draw for a step, sources first; the last is the picture to read. The first candidate is the planned one."""
    if step.kind == "draw" and step.number == 1:
        return chain.scenes
    if step.kind in ("draw", "plain"):
        return _again(step, chain)
    return (_edit(step, chain, wanted),)


def _again(step: Step, chain: Chain) -> tuple[Scene, ...]:
    """The whole chain with other seeds; without words, where they are to be set by us."""
    out: list[Scene] = []
    plain = step.kind == "plain"
    for scene in chain.scenes:
        request = replace(scene.request, seed=derive_seed(scene.request.seed, step.kind, step.number))
        paths = scene.reference_paths
        if plain:
            request = replace(request, prompt=scene.plain_prompt, enhance=None, enhanced=None)
        if plain and request.guide:  # its sketch shows the words
            request, paths = replace(request, references=request.references[:-1], guide=False), paths[:-1]
        if out:
            request = replace(request, source=out[-1].fingerprint)
        out.append(_scene(replace(scene, reference_paths=paths), request, chain, () if plain else scene.strings))
    return tuple(out)


def _edit(step: Step, chain: Chain, wanted: Sequence[Wanted]) -> Scene:
    prompt = _rewriting(step, chain, wanted) if step.kind == "repair" else _erasing(step, chain)
    first = chain.scenes[0].request
    last = _for_editing(chain.last)
    request = replace(
        last.request,
        prompt=prompt,
        negative_prompt="",
        seed=derive_seed(first.seed, step.kind, *step.targets, step.number),
        source=step.source,
        references=(),
        guide=False,
        lettering=None,
        within=step.within,
        mask=None,
        enhance=None,
        enhanced=None,
    )
    gone = {w.expected.text for w in wanted if w.id in step.targets} if step.kind == "erase" else set()
    strings = tuple(text for text in chain.last.strings if text not in gone)
    return _scene(replace(last, reference_paths=(), mask_path=""), request, chain, strings)


def _for_editing(scene: Scene) -> Scene:
    """What generated a picture is not always what edits it: other weights, and no distillation."""
    schedule = scene.edit_schedule
    if schedule is None:
        return scene
    request = replace(
        scene.request,
        weights_digest=schedule.weights.digest,
        dtype=schedule.weights.dtype,
        num_inference_steps=schedule.num_inference_steps,
        true_cfg_scale=schedule.true_cfg_scale,
        sigmas=schedule.sigmas,
        adapters=schedule.adapters,
    )
    return replace(scene, request=request, adapter_paths=schedule.adapter_paths, edit_schedule=None)


def _rewriting(step: Step, chain: Chain, wanted: Sequence[Wanted]) -> str:
    target = next(w.expected for w in wanted if w.id in step.targets)
    text = " ".join(target.text.split())
    names = {"text": text, "locale": target.locale, "role": target.role, "read": spaced(step.read[0], text)}
    return _words("rewrite.j2", chain, names)


def spaced(read: str, text: str) -> str:
    """What was read, which has no spaces, with those of the text that it should be: as it stands in the picture, most likely."""
    from rapidfuzz.distance import Levenshtein

    if " " in read:
        return read
    squeezed = "".join(text.split())
    ends, place = [], 0
    for word in text.split()[:-1]:
        place += len(word)
        ends.append(place)
    breaks = set()
    for op in Levenshtein.opcodes(squeezed, read):
        inside = [end - op.src_start for end in ends if op.src_start < end <= op.src_end]
        breaks |= {op.dest_start + min(at, op.dest_end - op.dest_start) for at in inside}
    return "".join(f" {char}" if at in breaks and at else char for at, char in enumerate(read))


def _erasing(step: Step, chain: Chain) -> str:
    return _words("erase.j2", chain, {"texts": step.read})


def _words(template: str, chain: Chain, names: Mapping[str, Any]) -> str:
    return expand_words(template, chain.kind_folder, names)


def _scene(like: Scene, request: SceneRequest, chain: Chain, strings: tuple[str, ...]) -> Scene:
    tokens = chain.count_tokens(request.prompt)
    return replace(like, fingerprint=scene_fingerprint(request), request=request, tokens=tokens, strings=strings)
