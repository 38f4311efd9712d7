"""Streamed blocks compute the same bits as resident ones, whatever the order in which copies happen to land."""

from __future__ import annotations

from collections import deque

import pytest

torch = pytest.importorskip("torch")

from qwen_pipeline.errors import RenderError  # noqa: E402
from qwen_pipeline.render.neural.arena import Arena, Unit, aligned  # noqa: E402
from qwen_pipeline.render.neural.streamer import BlockStreamer, spread  # noqa: E402

CPU = torch.device("cpu")


class LateLane:
    """Copies land as late as a device may let them: when they are waited for. Slots are spoilt until then.

    A copy into a slot whose compute is not marked as done, or two copies under way to one slot, is an error.
    """

    def __init__(self) -> None:
        self.under_way: deque[tuple[int, torch.Tensor, torch.Tensor]] = deque()
        self.sent: list[int] = []
        self.number = 0

    def mark(self):
        return "marked"

    def copy(self, target, source, after):
        assert after == "marked"
        self.number += 1
        target.fill_(0xAB)
        self.under_way.append((self.number, target, source))
        self.sent.append(source.data_ptr())
        return self.number

    def wait(self, ticket):
        while self.under_way and self.under_way[0][0] <= ticket:
            _, target, source = self.under_way.popleft()
            target.copy_(source)

    def settle(self):
        self.wait(self.number)


def blocks_21(count=5):
    from diffusers.models.transformers.transformer_qwenimage21 import QwenImage21TransformerBlock

    torch.manual_seed(3)
    return [QwenImage21TransformerBlock(32, 2, 16) for _ in range(count)]


def run_21(blocks):
    x = torch.randn(1, 12, 32, generator=torch.Generator().manual_seed(1))
    modulation = torch.randn(1, 128, generator=torch.Generator().manual_seed(2))
    for block in blocks:
        x = block(x, modulation)
    return x


def transformer_20b():
    from diffusers import QwenImageTransformer2DModel

    torch.manual_seed(4)
    return QwenImageTransformer2DModel(
        in_channels=16, out_channels=4, num_layers=4, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=24, axes_dims_rope=(4, 6, 6),
    ).eval()  # fmt: skip


def run_20b(model):
    generator = torch.Generator().manual_seed(5)
    return model(
        hidden_states=torch.randn(1, 16, 16, generator=generator),
        encoder_hidden_states=torch.randn(1, 7, 24, generator=generator),
        encoder_hidden_states_mask=torch.ones(1, 7, dtype=torch.bool),
        timestep=torch.tensor([0.7]),
        img_shapes=[[(1, 4, 4)]],
        return_dict=False,
    )[0]


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


@pytest.mark.parametrize(("resident", "slots"), [(0, 1), (0, 2), (0, 3), (1, 2), (2, 2), (3, 1), (5, 2)])
@pytest.mark.parametrize("late", [False, True])
def test_streamed_blocks_give_the_same_bits_over_several_steps(resident, slots, late):
    blocks = blocks_21()
    plain = run_21(blocks)
    streamer = BlockStreamer(blocks, CPU, resident=resident, slots=slots, lane=LateLane() if late else None)
    for _ in range(3):
        assert torch.equal(run_21(block for _, block in streamer.visit()), plain)
    assert len(streamer.resident) == resident
    streamer.close()
    assert torch.equal(run_21(blocks), plain)


@pytest.mark.parametrize("resident", [0, 2])
def test_a_model_with_its_own_loop_streams_through_hooks(resident):
    model = transformer_20b()
    plain = run_20b(model)
    streamer = BlockStreamer(list(model.transformer_blocks), CPU, resident=resident, slots=1, lane=LateLane())
    streamer.attach()
    for _ in range(2):
        assert torch.equal(run_20b(model), plain)
    streamer.close()
    assert torch.equal(run_20b(model), plain)


def test_one_visit_serves_several_sequences():
    blocks = blocks_21()
    lane = LateLane()
    streamer = BlockStreamer(blocks, CPU, slots=2, lane=lane)
    lane.sent.clear()
    states = [torch.ones(1, 3, 32), torch.zeros(1, 4, 32)]
    for _, block in streamer.visit():
        states = [block(state, torch.ones(1, 128)) for state in states]
    assert len(lane.sent) == len(blocks)


def test_the_next_step_is_under_way_before_it_starts():
    blocks = blocks_21()
    lane = LateLane()
    streamer = BlockStreamer(blocks, CPU, slots=2, lane=lane)
    hosts = [unit.host.data_ptr() for unit in streamer._units]
    assert lane.sent == hosts[:2]
    for index, _ in streamer.visit():
        assert lane.sent[-1] == hosts[(index + 1) % 5], "while a block computes, the one after it is sent"
    assert lane.sent == [*hosts, *hosts[:2]]


def visit_until(streamer, stop):
    for index, _ in streamer.visit():
        if index == stop:
            raise ZeroDivisionError


def test_a_visit_ended_by_an_error_leaves_the_next_one_whole():
    blocks = blocks_21()
    plain = run_21(blocks)
    streamer = BlockStreamer(blocks, CPU, resident=1, slots=2, lane=LateLane())
    for stop in range(5):
        with pytest.raises(ZeroDivisionError):
            visit_until(streamer, stop)
        assert torch.equal(run_21(block for _, block in streamer.visit()), plain)


def test_residency_changes_without_copying_back():
    blocks = blocks_21()
    plain = run_21(blocks)
    streamer = BlockStreamer(blocks, CPU, resident=4, slots=1, lane=LateLane())
    size = streamer._units[0].bytes
    assert streamer.device_bytes == 5 * size, "a slot for one block is a place for it"
    for resident, slots in ((3, 1), (1, 2), (0, 1), (2, 2)):
        streamer.open(resident, slots)
        assert torch.equal(run_21(block for _, block in streamer.visit()), plain)
        assert streamer.device_bytes == (resident + slots) * size
    streamer.park()
    assert streamer.device_bytes == 0
    assert torch.equal(run_21(blocks), plain), "parked blocks are whole in host memory"
    streamer.open(5)
    assert torch.equal(run_21(block for _, block in streamer.visit()), plain)


def test_resident_blocks_are_spread_evenly():
    assert spread(32, 8) == frozenset(range(3, 32, 4))
    assert spread(6, 0) == frozenset()
    assert spread(6, 6) == frozenset(range(6))
    for count in (1, 7, 60):
        for resident in range(count + 1):
            assert len(spread(count, resident)) == resident


def test_the_arena_is_as_large_as_the_weights_and_no_larger(tmp_path):
    blocks = blocks_21()
    weights = sum(aligned(p.numel() * 4) for block in blocks for p in block.parameters())
    streamer = BlockStreamer(blocks, CPU)
    assert streamer._arena.bytes == weights
    assert not streamer.pinned
    start = streamer._arena._flat.data_ptr()
    for block in blocks:
        streamer._units[blocks.index(block)].park()
        assert all(start <= p.data_ptr() < start + weights for p in block.parameters())


def test_weights_may_wait_in_a_file(tmp_path):
    blocks = blocks_21()
    plain = run_21(blocks)
    file = tmp_path / "blocks.bin"
    streamer = BlockStreamer(blocks, CPU, spill=file)
    assert streamer._arena.spill == file
    assert torch.equal(run_21(block for _, block in streamer.visit()), plain)
    streamer.close()
    assert not file.exists()


def test_tied_weights_travel_once():
    class Tied(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = torch.nn.Embedding(10, 4)
            self.head = torch.nn.Linear(4, 10, bias=False)
            self.head.weight = self.embed.weight
            self.register_buffer("scale", torch.tensor([2.0]))

    module = Tied()
    unit = Unit([module])
    assert unit.bytes == aligned(160) + aligned(4)
    Arena([unit], CPU)
    assert module.head.weight.data_ptr() == module.embed.weight.data_ptr()
    assert module.scale.item() == 2.0


def test_weights_that_are_no_plain_tensors_are_refused():
    class Odd(torch.Tensor):
        pass

    module = torch.nn.Module()
    module.register_buffer("weight", torch.ones(3).as_subclass(Odd))
    with pytest.raises(RenderError) as caught:
        Unit([module])
    assert caught.value.code == "unsupported"
