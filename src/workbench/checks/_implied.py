"""What the names in a contract say without a line of their own.

An option ``num_heads`` is a promise of so many heads. It is held to where attention is seen, and
says nothing where none is. Only names that mean one thing everywhere are read, and only where one
option alone can be meant.
"""

from __future__ import annotations

import re

from workbench.spec import Spec

HEADS = r"(num_|n_)?(attention_|attn_)?heads?|nhead"
KEY_HEADS = r"(num_|n_)?(kv|key_value|key)_heads?|(num_|n_)?(query_|kv_)groups"
HEAD_WIDTH = r"(head|attention_head)_(dim|size|width)|d_head|dim_head"
EPSILON = r"((layer|rms|batch|group|instance)_?)?norm_eps(ilon)?|eps(ilon)?"
EXPERTS = r"(num_|n_)?(routed_)?experts"
CHOSEN = r"top_?k|(num_)?experts_per_(token|tok)|num_selected"
RANK, ALPHA = r"(lora_)?(rank|r)", r"(lora_)?alpha"
ROTATION = r"(rotary|rope|rotation)_?(base|theta)"
IGNORED = r"ignore_?(index|label|d_index)?|ignored_(index|target|label)"
SMOOTHING = r"(label_)?smoothing"
LIMIT = r"(max_)?(grad(ient)?_)?(norm|clip)(_norm|_val(ue)?)?|clip_grad(_norm)?"
ACCUMULATION = r"(grad(ient)?_)?accum(ulation)?(_steps)?|accumulate(_grad_batches)?"
WINDOW = r"window(_size|_length)?|history(_length)?|context(_length)?|lookback|input_length"
HORIZON = r"horizon|forecast(_length)?|prediction_length|target_length|future(_length)?"
FILLER = r"pad|(pad|padding)_(id|idx|index|token|value|token_id)"


def option(spec: Spec, pattern: str, *kinds: type) -> str:
    """Return the one option whose name and type fit, or nothing.

    Args:
        spec: The spec.
        pattern: A regular expression for the whole name.
        kinds: What its value may be.

    Returns:
        Its name, or ``""`` where there is none or more than one.
    """
    found = [
        name
        for name, value in spec.options.items()
        if re.fullmatch(pattern, name.lower())
        and isinstance(value, kinds)
        and not isinstance(value, bool)
    ]
    return found[0] if len(found) == 1 else ""


def equal(spec: Spec, phrase: str, pattern: str, *kinds: type) -> list[str]:
    """Write ``phrase == option`` where one option fits."""
    name = option(spec, pattern, *kinds)
    return [f"{phrase} == {name}"] if name else []


def of_windows(spec: Spec) -> bool:
    """Whether a data set cuts windows, so that its inputs do not count its items."""
    return bool(re.search(r"window", spec.name.lower()) and option(spec, WINDOW, int))
