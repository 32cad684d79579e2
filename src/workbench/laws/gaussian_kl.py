"""The divergence of a Gaussian from the standard one: ``-1/2 (1 + logvar - mu^2 - exp(logvar))``.

Source: Kingma and Welling 2014, appendix B. It may be left per element, summed over features, or
averaged.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Look at the prior, then compare with the closed form."""
    mean_name = part.named(part.inputs, "mu", "mean", "loc")
    log_name = part.named(part.inputs, "logvar", "log_var", "log_variance")
    mean, log = part.inputs[mean_name], part.inputs[log_name]
    still = {mean_name: np.zeros_like(mean), log_name: np.zeros_like(log)}
    at_prior = part(inputs=still)
    yield Claim("zero at the prior", at_prior, np.zeros_like(at_prior))
    each = -0.5 * (1 + log - mean**2 - np.exp(log))
    summed = each.reshape(len(each), -1).sum(1)
    forms = [each, summed, each.reshape(len(each), -1).mean(1)]
    forms += [np.array(v) for v in (each.sum(), each.mean(), summed.mean())]
    seen = part()
    fitting = [v.reshape(seen.shape) for v in forms if v.size == seen.size]
    says = "-1/2 (1 + logvar - mu^2 - exp(logvar)), summed or averaged"
    yield Claim(says, seen, fitting or np.full_like(seen, np.nan))
