"""The sampling loop of Qwen-Image 2.1, over the transformer's own blocks.

Blocks come from whatever hands them out (`Blocks`): a resident model, or a streamer that brings them one after the other. Every
sequence of a step (with guidance there are two) goes through a block while it is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.errors import BadPicture

from .housing import Blocks
from .qwen21_attention import LayerMemory, Segment
from .qwen21_layout import Layout, lay_out
from .qwen21_prefix import PrefixMemory
from .qwen21_text import Encoded

if TYPE_CHECKING:
    import torch

OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class Sequenced:
    """One sequence ready for its steps: what stands before the picture is in `memory`, a layer each."""

    layout: Layout
    memory: PrefixMemory


@dataclass
class _Kept:
    """The last prefix computed: its memory, what it was of, and what its head (up to the last reference) was of."""

    key: str
    head_key: str
    sequenced: Sequenced


class Sampler:
    """Runs the steps. `transformer` carries everything but the blocks, which come from `blocks`."""

    def __init__(self, transformer: Any, blocks: Blocks) -> None:
        self._model = transformer
        self._blocks = blocks
        self._layers = len(transformer.transformer_blocks)
        self._kept: dict[str, _Kept] = {}
        self.spilled = False
        """Whether keys and values of prefixes wait in host memory, as the memory plan has it."""

    def forget(self) -> None:
        """Give back the memory of prefixes."""
        self._kept.clear()

    def make_room(self, host_bytes: int | None) -> None:
        """Give the device's memory of prefixes back: those of references go to the host if they fit there, others are dropped.

        A text's are computed sooner than they travel.
        """
        for name, kept in list(self._kept.items()):
            memory = kept.sequenced.memory
            if kept.sequenced.layout.head and (host_bytes is None or memory.bytes < host_bytes // 2):
                memory.spill(kept.sequenced.layout.head)
            else:
                del self._kept[name]

    def denoise(
        self,
        noise: torch.Tensor,
        texts: Sequence[Encoded],
        references: Sequence[torch.Tensor],
        schedule: Schedule,
        on_step: OnStep = lambda done, total: None,
    ) -> torch.Tensor:
        """(1, channels, height, width) latents from noise of that shape.

        `texts`: the prompt, and with guidance what is not wanted; `references`: latents of that many channels each.
        """
        height, width = noise.shape[-2:]
        latents = flat(noise)
        times = self._times(schedule, latents)
        sequences = [self._sequenced(n, text, references, (height, width), times[0]) for n, text in enumerate(texts)]
        scheduler = schedule.scheduler
        for step, (t, time) in enumerate(zip(scheduler.timesteps, times, strict=True)):
            predicted = self._predict(latents, sequences, time)
            if len(predicted) > 1:
                predicted[0] = predicted[1] + schedule.true_cfg_scale * (predicted[0] - predicted[1])
            latents = scheduler.step(predicted[0], t, latents, return_dict=False)[0]
            on_step(step + 1, len(times))
        for sequence in sequences:
            sequence.memory.rest()
        check_finite(latents)
        return latents.transpose(1, 2).reshape(noise.shape)

    # --- one step ------------------------------------------------------------------------------------------------------

    def _predict(self, latents: torch.Tensor, sequences: Sequence[Sequenced], time: _Time) -> list[torch.Tensor]:
        hidden = [self._model.img_in(latents)] * len(sequences)
        for index, block in self._blocks.visit():
            hidden = [
                _through(
                    block, h, time.target, s.layout.rotary[s.layout.prefix :], s.memory.layer(index), s.layout.target, "cached"
                )
                for h, s in zip(hidden, sequences, strict=True)
            ]
        return [self._model.proj_out(self._model.norm_out.norm(h) * (1 + time.out)) for h in hidden]

    def _times(self, schedule: Schedule, latents: torch.Tensor) -> list[_Time]:
        """What the model's blocks read of each step's time, for the picture and (t = 0) for what stands before it."""
        import torch

        made = []
        for t in schedule.scheduler.timesteps:
            timestep = t.expand(1).to(latents.dtype) / 1000
            both = torch.cat([timestep.to(latents.device), timestep.new_zeros(1).to(latents.device)])
            embedded = self._model.time_text_embed(both, latents)
            modulation = self._model.modulation(embedded)
            out = self._model.norm_out.linear(self._model.norm_out.silu(embedded).to(latents.dtype))
            made.append(_Time(modulation[:1], modulation[1:], out[:1].unsqueeze(1)))
        return made

    # --- what stands before the picture ----------------------------------------------------------------------------------

    def _sequenced(
        self, number: int, text: Encoded, references: Sequence[torch.Tensor], target: tuple[int, int], time: _Time
    ) -> Sequenced:
        """Keys and values of a prefix: kept from the last job where that had the same one, or the same references."""
        layout = lay_out(text.slots, [(r.shape[-2], r.shape[-1]) for r in references], target, self._model.pos_embed)
        tokens = self._tokens(text, references, layout)
        shapes = repr([tuple(r.shape) for r in references])
        head_key, key = shapes + _digest(tokens[:, : layout.head]), shapes + _digest(tokens)
        kept = self._kept.get(str(number))
        if kept is not None and self.spilled and not kept.sequenced.memory.spilled:
            kept.sequenced.memory.spill(kept.sequenced.layout.head)
        if kept is not None and kept.key == key:
            return Sequenced(layout, kept.sequenced.memory)
        kept = self._kept.pop(str(number), None)  # so that it goes, layer by layer, while the new one comes
        memory = PrefixMemory(self._layers, tokens.device, self.spilled)
        if layout.head:
            if kept is not None and kept.head_key == head_key:
                memory = kept.sequenced.memory.head(layout.head)
                kept = None
            else:
                kept = None
                self._remember(tokens, 0, layout.head, layout, memory, time)
        self._remember(tokens, layout.head, layout.prefix, layout, memory, time)
        made = Sequenced(layout, memory)
        self._kept[str(number)] = _Kept(key, head_key, made)
        return made

    def _tokens(self, text: Encoded, references: Sequence[torch.Tensor], layout: Layout) -> torch.Tensor:
        """(1, prefix, width): the words projected, each slot replaced by its picture's latents."""
        import torch

        tokens: torch.Tensor = self._model.txt_in(text.embeds.unsqueeze(0)).repeat_interleave(layout.repeats, dim=1)
        if references:
            tokens[:, layout.pictures] = self._model.img_in(torch.cat([flat(r) for r in references], dim=1))
        return tokens

    def _remember(
        self, tokens: torch.Tensor, start: int, end: int, layout: Layout, memory: PrefixMemory, time: _Time
    ) -> None:
        """Run tokens [start, end) through the blocks and add their keys and values to the memory.

        References and what follows them go through apart even when both are new, so that it does not show in the numbers
        whether the first part was kept from another job.
        """
        hidden = tokens[:, start:end]
        segments = [segment for segment in layout.segments if start <= segment[0] < end]
        for index, block in self._blocks.visit():
            layer = memory.layer(index)
            hidden = _through(block, hidden, time.before, layout.rotary[start:end], layer, segments, "extract")
            memory.keep(index, layer, start)


@dataclass(frozen=True)
class Schedule:
    """A scheduler set to the job's steps, and how strongly guidance pulls."""

    scheduler: Any
    true_cfg_scale: float = 1.0


@dataclass(frozen=True)
class _Time:
    """Modulation of the picture's tokens and of those before it, (1, width x 4); the last norm's scale, (1, 1, width)."""

    target: torch.Tensor
    before: torch.Tensor
    out: torch.Tensor


def _through(
    block: Any, hidden: torch.Tensor, modulation: torch.Tensor, rotary: torch.Tensor, memory: LayerMemory,
    segments: Sequence[Segment], mode: str,
) -> torch.Tensor:
    out: torch.Tensor = block(
        hidden_states=hidden, modulation=modulation, rotary_emb=rotary, layer_cache=memory, kv_cache_mode=mode, segments=segments
    )
    return out


def flat(latents: torch.Tensor) -> torch.Tensor:
    """(1, channels, height, width) -> (1, height x width, channels)."""
    return latents.flatten(2).transpose(1, 2)


def _digest(tokens: torch.Tensor) -> str:
    """Of the numbers themselves: what is equal to the last bit may be shared, and nothing else."""
    import torch

    data = tokens.detach().contiguous().cpu().view(torch.uint8).numpy()
    return hashlib.sha256(data.tobytes()).hexdigest()


def check_finite(latents: torch.Tensor) -> None:
    """Raise `BadPicture` (`not-finite`) where numbers ran away."""
    if not bool(latents.isfinite().all()):
        raise BadPicture("the model's numbers ran away", hint="another seed or precision", code="not-finite")
