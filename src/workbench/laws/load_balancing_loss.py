"""The load-balancing loss: ``E sum_i f_i P_i``, one where all experts share the work, E where one
does it all.

Source: Fedus, Zoph and Shazeer 2022, equations 4 to 6: f is the share of tokens that choose expert
i, P the mean probability of it. The input is the router's logits ``(..., experts)``; the
coefficient may be any.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Compare shared work with work that one expert does alone."""
    logits = part.x
    count = logits.shape[-1]
    if part().size != 1 or logits.ndim < 2:
        raise Unsuited("it does not turn logits (tokens, experts) into one number")
    flat = logits.reshape(-1, count)
    shared = np.eye(count)[np.arange(len(flat) // count * count) % count]
    if len(shared) < count:
        raise Unsuited(f"{len(flat)} tokens are too few for {count} experts")
    rest = len(flat) - len(shared)
    both = np.concatenate([shared, np.zeros((rest, count))])
    alone = np.repeat(np.eye(count)[:1], len(flat), 0)
    fair = float(part((40 * both).reshape(logits.shape)).ravel()[0])
    alone_at = float(part((40 * alone).reshape(logits.shape)).ravel()[0])
    slack = 4.0 * count * rest / len(flat) + 1e-6
    yield Claim("least where the work is shared", min(fair, alone_at), fair)
    yield Claim(
        f"{count} times as large where one expert does it all", alone_at / fair, count, within=slack
    )
    shares = np.array([len(flat) - 1, 1])[:2]
    mixed = np.concatenate([alone[: shares[0]], np.eye(count)[1:2]])
    wanted = count * ((shares / len(flat)) ** 2).sum()
    value = float(part((40 * mixed).reshape(logits.shape)).ravel()[0])
    yield Claim("E sum f P", value / alone_at * count, wanted, within=1e-5)
