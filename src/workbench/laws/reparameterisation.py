"""The reparameterisation of a Gaussian: ``z = mu + exp(logvar / 2) * noise``, with noise of its own
per element.

Source: Kingma and Welling 2014, section 2.4. With the noise put to 1, z - mu is the standard
deviation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Put the noise to 0, 1 and -2."""
    quiet = part.call(train=True, noise=0.0)
    known = {**part.inputs, **quiet.outputs}
    mean = known[part.named(known, "mu", "mean", "loc")]
    spread = known[part.named(known, "logvar", "log_var", "log_variance", "sigma", "std", "scale")]
    name = part.named(known, "logvar", "log_var", "log_variance", "sigma", "std", "scale")
    deviation = np.exp(spread / 2) if "log" in name else spread
    chosen = next(
        (n for n in ("z", "sample", "latent") if n in quiet.outputs), next(iter(quiet.outputs))
    )
    z = quiet.outputs[chosen]
    yield Claim("z is mu where there is no noise", z, mean)
    for noise in (1.0, -2.0):
        z = part.call(train=True, noise=noise).outputs[chosen]
        yield Claim(
            f"z - mu is {noise:g} exp(logvar / 2) for noise of {noise:g}",
            z - mean,
            noise * deviation,
        )
    drawn = part.call(train=True, seed=1).outputs[chosen] - mean
    unit = drawn / deviation
    yield Claim("another noise for each element", float(np.std(unit) > 0.3), 1.0)
