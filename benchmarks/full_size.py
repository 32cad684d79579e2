"""A module of 405 thousand million parameters, followed without data: seconds and memory.

The worker is warm, as it is while somebody edits; each round asks a fresh candidate, so nothing
is remembered from the round before. Memory is what the candidate's own process gained over the
state in which it was forked.
"""

from __future__ import annotations

import statistics
import time

from workbench.records import Cell, Draft
from workbench.sandbox import Worker
from workbench.sandbox.judge import judge
from workbench.spec import Spec, loads

ROUNDS = 5
SPEC = """
name: Decoder
kind: model
text: A decoder in the shape of Llama 3.1 405B.
options: {vocab_size: 128256, width: 16384, layers: 126, heads: 128, groups: 8, hidden: 53248}
sizes: {batch: 1..2, time: 1..8192}
inputs:
  tokens: int64 "batch time" in 0..vocab_size-1
outputs:
  logits: float "batch time vocab_size"
requires:
  - >-
    parameters == 2 * vocab_size * width + width + layers * (2 * width + 2 * width * width
    + 2 * width * (width // heads * groups) + 3 * width * hidden)
"""
SOURCE = """
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, width: int, heads: int, groups: int) -> None:
        super().__init__()
        self.heads, self.groups, self.size = heads, groups, width // heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, groups * self.size, bias=False)
        self.value = nn.Linear(width, groups * self.size, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        q = self.query(x).unflatten(-1, (self.heads, self.size)).transpose(1, 2)
        k = self.key(x).unflatten(-1, (self.groups, self.size)).transpose(1, 2)
        v = self.value(x).unflatten(-1, (self.groups, self.size)).transpose(1, 2)
        q, k = turned(q, cos, sin), turned(k, cos, sin)  # (batch, heads, time, size)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return self.out(y.transpose(1, 2).flatten(2))  # (batch, time, width)


def turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    one, two = x.chunk(2, -1)
    return x * cos + torch.cat([-two, one], -1) * sin


class Block(nn.Module):
    def __init__(self, width: int, heads: int, groups: int, hidden: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(width), nn.RMSNorm(width)
        self.attention = Attention(width, heads, groups)
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x), cos, sin)
        y = self.norm2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))  # (batch, time, width)


class Decoder(nn.Module):
    def __init__(
        self,
        vocab_size: int = 128256,
        width: int = 16384,
        layers: int = 126,
        heads: int = 128,
        groups: int = 8,
        hidden: int = 53248,
    ) -> None:
        super().__init__()
        self.size = width // heads
        self.embed = nn.Embedding(vocab_size, width)
        self.blocks = nn.ModuleList(Block(width, heads, groups, hidden) for _ in range(layers))
        self.norm = nn.RMSNorm(width)
        self.head = nn.Linear(width, vocab_size, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens)  # (batch, time, width)
        place = torch.arange(tokens.shape[1], device=tokens.device, dtype=x.dtype)
        even = torch.arange(0, self.size, 2, device=x.device, dtype=x.dtype)
        rates = 500000.0 ** (-even / self.size)
        angles = torch.outer(place, rates).repeat(1, 2)
        cos, sin = angles.cos(), angles.sin()  # (time, size)
        for block in self.blocks:
            x = block(x, cos, sin)
        return self.head(self.norm(x))
"""


def drafted() -> tuple[Spec, Draft]:
    cell = Cell(id="module", role="module", path="decoder.py", source=SOURCE)
    return loads(SPEC), Draft(implementer="benchmark", module="decoder", cells=(cell,))


def question(spec: Spec, *, whole: bool) -> dict[str, object]:
    of = {"module": "decoder", "name": "Decoder", "options": dict(spec.options)}
    of |= {"seed": 0, "dtype": "float32", "device": "meta"}
    asked = {"of": of, "shapes": {"tokens": [[2, 8192], "int64"]}, "whole": whole}
    return {**asked, "order": ["tokens"], "returns": ["logits"]}


def main() -> None:
    spec, draft = drafted()
    source = SOURCE + "\n\nclass Nothing(nn.Module):\n    pass\n"
    taken: dict[str, list[float]] = {"in all": [], "every block really run": []}
    gained: list[int] = []
    with Worker() as worker:
        worker.start()
        for _ in range(ROUNDS):
            for words, seconds in taken.items():
                asked = question(spec, whole=words != "in all")
                with worker.candidate({"decoder": source}) as candidate:
                    nothing = {**asked["of"], "name": "Nothing", "options": {}}
                    before = candidate.ask("outline", {"of": nothing})["peak"]
                    start = time.perf_counter()
                    answer = candidate.ask("outline", asked)
                    seconds.append(time.perf_counter() - start)
                    if words == "in all":
                        after = candidate.ask("outline", {"of": nothing})["peak"]
                        gained.append(int(after) - int(before))
        start = time.perf_counter()
        report = judge(spec, draft, worker, tier="live")
        live = time.perf_counter() - start
    count = sum(_product(shape) for _, shape, _ in answer["parameters"])
    print(f"parameters                {count:,}")
    print(f"output                    {answer['outputs']['logits']}")
    print(f"operations                {answer['flops']:.4g}")
    print(f"kept for a backward pass  {answer['saved'] / 2**30:.1f} GiB")
    for words, seconds in taken.items():
        print(f"{words:25} {statistics.median(seconds):.3f} s (median of {ROUNDS})")
    print(f"memory above the import   {max(gained) / 2**20:.0f} MiB")
    decided = {v.check: v.outcome for v in report.verdicts if v.check in WANTED}
    print(f"the live tier as a whole  {live:.2f} s: {decided}")


def _product(shape: list[int]) -> int:
    count = 1
    for extent in shape:
        count *= extent
    return count


WANTED = ("builds", "output_shape", "parameters")


if __name__ == "__main__":
    main()
