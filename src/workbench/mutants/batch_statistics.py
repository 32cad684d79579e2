"""A batch norm uses the statistics of the batch in evaluation too.

Why: outputs look healthy, but depend on what else is in the batch.
Kill: in evaluation, run one example alone and in a batch, and assert that its output is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Let batch norms keep no running statistics."""
    for call in code.calls("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"):
        yield code.add_argument(call, "track_running_stats=False")
