"""Translates torch's operators into the few kinds that a trace speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

_KINDS = {
    "product": "mm addmm bmm baddbmm mv addmv dot vdot addbmm _scaled_mm",
    "convolution": "convolution _convolution convolution_overrideable",
    "norm": (
        "native_layer_norm native_batch_norm native_group_norm _fused_rms_norm cudnn_batch_norm"
        " _batch_norm_no_update _batch_norm_with_update _native_batch_norm_legit"
        " _native_batch_norm_legit_no_training miopen_batch_norm"
    ),
    "lookup": "embedding index index_select gather _embedding_bag take _unsafe_index",
    "softmax": "_softmax _safe_softmax _log_softmax",
    "pool": (
        "max_pool2d_with_indices max_pool3d_with_indices avg_pool2d avg_pool3d"
        " _adaptive_avg_pool2d _adaptive_avg_pool3d adaptive_max_pool2d mkldnn_max_pool2d"
    ),
    "view": (
        "clone alias detach contiguous reshape _reshape_alias _unsafe_view _to_copy lift_fresh"
        " lift_fresh_copy view_copy expand_copy"
    ),
    "made": (
        "zeros_like ones_like full_like empty_like rand_like randn_like new_zeros new_ones"
        " new_full new_empty scalar_tensor"
    ),
    "pointwise": "hardswish hardsigmoid silu gelu relu elu leaky_relu softplus mish log_sigmoid",
}
_KIND = {name: kind for kind, names in _KINDS.items() for name in names.split()}


def kind(func: Any, reads: bool) -> str:
    """Name the kind of an operator.

    Args:
        func: An ``OpOverload``.
        reads: Whether it read any tensor; what did not was made from shapes alone.

    Returns:
        One of the kinds that the room's docstring lists.
    """
    name = func.overloadpacket.__name__
    bare = name if name.startswith("__") else name.rstrip("_")
    if bare in _KIND:
        return _KIND[bare]
    if not reads:
        return "made"
    if func.is_view:
        return "view"
    if torch.Tag.pointwise in func.tags:
        return "pointwise"
    if torch.Tag.reduction in func.tags:
        return "reduce"
    return "other"


def settings(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the numbers that shape a convolution, a pool, a softmax or a reduction.

    Args:
        func: An ``OpOverload``.
        args: Its positional arguments.
        kwargs: Its keyword arguments.

    Returns:
        The kind's own fields, for example ``kernel`` and ``stride``.
    """
    name = func.overloadpacket.__name__.rstrip("_")
    if _KIND.get(name) == "convolution":
        weight = args[1]
        return {
            "kernel": list(weight.shape[2:]),
            "channels": [args[0].shape[1], weight.shape[1] if args[6] else weight.shape[0]],
            "stride": _whole(args[3]),
            "padding": _whole(args[4]),
            "dilation": _whole(args[5]),
            "groups": int(args[8]),
            **({"transposed": True} if args[6] else {}),
        }
    if _KIND.get(name) == "pool" or name == "im2col":
        named = dict(zip([a.name for a in func._schema.arguments], args, strict=False))
        named.update(kwargs)
        kernel = _whole(named.get("kernel_size"))
        stride = _whole(named.get("stride")) or kernel
        return {"kernel": kernel, "stride": stride, "padding": _whole(named.get("padding"))}
    if _KIND.get(name) == "softmax":
        return {"axis": int(args[1])}
    if _KIND.get(name) == "norm":
        named = dict(zip([a.name for a in func._schema.arguments], args, strict=False))
        named.update(kwargs)
        epsilon = named.get("eps", named.get("epsilon"))
        groups = {"groups": int(named["group"])} if "group" in named else {}
        own = {"own": True} if named.get("training") or named.get("train") else {}
        # A fused RMS norm that is told no epsilon takes the spacing of its type.
        usual = torch.finfo(args[0].dtype).eps
        return {"epsilon": float(usual if epsilon is None else epsilon), **groups, **own}
    if name.startswith("upsample"):
        named = dict(zip([a.name for a in func._schema.arguments], args, strict=False))
        return {"aligned": True} if {**named, **kwargs}.get("align_corners") else {}
    if name in ("native_dropout", "_fused_dropout"):
        return {"rate": float(args[1])}
    if name == "bernoulli" and len(args) > 1 and isinstance(args[1], float):
        return {"rate": 1.0 - args[1]}
    return {}


def _whole(value: Any) -> list[int]:
    if value is None:
        return []
    return [int(item) for item in value] if isinstance(value, list | tuple) else [int(value)]
