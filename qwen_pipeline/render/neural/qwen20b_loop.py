"""The sampling loop of Qwen-Image 20B, over the transformer's own blocks.

With guidance a step has two sequences, with the prompt and with what is not wanted. Both go through a block while it is there, so
that blocks which are streamed travel once a step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qwen_pipeline.dataclass import dataclass

from .housing import Blocks
from .qwen20b_models import packed, unpacked
from .qwen21_loop import Schedule, check_finite
from .qwen21_text import Encoded

if TYPE_CHECKING:
    import torch

OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class _Sequence:
    """The words of one sequence projected, (1, tokens, width), and the positions of (pictures, words)."""

    words: torch.Tensor
    rotary: tuple[torch.Tensor, torch.Tensor]


class Sampler20b:
    """Runs the steps. `transformer` carries everything but the blocks, which come from `blocks`."""

    def __init__(self, transformer: Any, blocks: Blocks) -> None:
        self._model = transformer
        self._blocks = blocks
        self.spilled = False

    def make_room(self, host_bytes: int | None) -> None:
        """Nothing is kept from one picture to the next."""

    def forget(self) -> None:
        """Nothing is kept from one picture to the next."""

    def denoise(
        self,
        noise: torch.Tensor,
        texts: Sequence[Encoded],
        references: Sequence[torch.Tensor],
        schedule: Schedule,
        on_step: OnStep = lambda done, total: None,
    ) -> torch.Tensor:
        """(1, channels, rows, columns) latents from noise of that shape.

        `texts`: the prompt, and with guidance what is not wanted; `references`: latents of that many channels each.
        """
        import torch

        latents, shown = packed(noise), [packed(reference) for reference in references]
        shapes = [(1, x.shape[2] // 2, x.shape[3] // 2) for x in (noise, *references)]
        sequences = [self._sequence(text, shapes, latents.device) for text in texts]
        at_zero = self._at_zero(latents.shape[1], sum(x.shape[1] for x in shown), latents.device)
        scheduler, tokens = schedule.scheduler, latents.shape[1]
        for step, t in enumerate(scheduler.timesteps):
            predicted = self._predict(torch.cat([latents, *shown], dim=1), sequences, t, at_zero)
            guided = _guided([p[:, :tokens] for p in predicted], schedule.true_cfg_scale)
            latents = scheduler.step(guided, t, latents, return_dict=False)[0]
            on_step(step + 1, len(scheduler.timesteps))
        check_finite(latents)
        return unpacked(latents, *noise.shape[-2:])

    def _predict(
        self, pictures: torch.Tensor, sequences: Sequence[_Sequence], t: torch.Tensor, at_zero: torch.Tensor | None
    ) -> list[torch.Tensor]:
        model = self._model
        entered = model.img_in(pictures)
        time = self._time(t, entered, both=at_zero is not None)
        hidden = [(sequence.words, entered) for sequence in sequences]
        for _, block in self._blocks.visit():
            hidden = [
                block(
                    hidden_states=image, encoder_hidden_states=words, encoder_hidden_states_mask=None, temb=time,
                    image_rotary_emb=sequence.rotary, modulate_index=at_zero,
                )
                for (words, image), sequence in zip(hidden, sequences, strict=True)
            ]
        return [model.proj_out(model.norm_out(image, time[:1])) for _, image in hidden]

    def _time(self, t: torch.Tensor, like: torch.Tensor, *, both: bool) -> torch.Tensor:
        """(1, width), or with `both` (2, width): of the step, and of t = 0."""
        import torch

        timestep = (t.expand(1).to(like.dtype) / 1000).to(like.device)
        timestep = torch.cat([timestep, timestep * 0]) if both else timestep
        time: torch.Tensor = self._model.time_text_embed(timestep, like, None)
        return time

    def _sequence(self, text: Encoded, shapes: Sequence[tuple[int, int, int]], device: torch.device) -> _Sequence:
        words = self._model.txt_in(self._model.txt_norm(text.embeds.unsqueeze(0)))
        rotary = self._model.pos_embed([list(shapes)], max_txt_seq_len=words.shape[1], device=device)
        return _Sequence(words, rotary)

    def _at_zero(self, drawn: int, shown: int, device: torch.device) -> torch.Tensor | None:
        """(1, tokens): 1 where a token is of a reference, which newer checkpoints take at t = 0."""
        import torch

        if not self._model.zero_cond_t:
            return None
        return torch.tensor([[0] * drawn + [1] * shown], device=device, dtype=torch.int)


def _guided(predicted: Sequence[torch.Tensor], scale: float) -> torch.Tensor:
    """Away from what is not wanted, at the length of the prompt's own prediction, token by token."""
    import torch

    if len(predicted) == 1:
        return predicted[0]
    wanted, unwanted = predicted
    combined = unwanted + scale * (wanted - unwanted)
    length = torch.norm(wanted, dim=-1, keepdim=True) / torch.norm(combined, dim=-1, keepdim=True)
    guided: torch.Tensor = combined * length
    return guided
