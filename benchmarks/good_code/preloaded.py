"""The framework with what the benchmark of false alarms judges imported beforehand."""

from __future__ import annotations

from workbench.frameworks import torch as framework

answer, seed = framework.answer, framework.seed


def warm() -> None:
    """Import what every draft of the benchmark imports, so that none of them pays for it."""
    import torch.testing._internal.common_modules  # noqa: F401

    try:
        import transformers.modeling_utils
        import transformers.models.auto.modeling_auto  # noqa: F401
    except ImportError:
        pass  # an optional part of the benchmark
    framework.warm()
