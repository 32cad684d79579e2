"""Wraps small random configurations of the architectures of the `transformers` package; no weights.

A configuration is drawn per architecture, from its own default: the names that mean a width, a
depth or a number of heads get small values, everything else stays. What does not build or run on
its own with token ids, an image or a waveform (processors, composites of other models) is left
out.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import random
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

SURVEY = Path(__file__).parents[1] / "results" / "survey.json"
SECONDS = 10
LARGEST = 3_000_000  # parameters; a larger one was not really made small
SOURCE = """
import torch
from torch import nn
from transformers import AutoModel
from transformers.models.auto.configuration_auto import CONFIG_MAPPING


class Wrapped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        settings = {settings}
        # The fused product of experts exists in few types; the loop over experts in all.
        self.model = AutoModel.from_config(
            CONFIG_MAPPING[{name!r}](**settings), experts_implementation="eager"
        )

    def forward(self, {arguments}):
        returned = self.model({call})
        found = [returned[name] for name in {outputs}]
        return found[0] if len(found) == 1 else tuple(found)
"""
_WIDTHS = ("hidden_size", "d_model", "n_embd", "dim", "embed_dim", "embedding_size", "d_embed")
_DEPTHS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers")
_DEPTHS += ("decoder_layers", "num_encoder_layers", "num_decoder_layers", "num_blocks")
_HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads")
_HEADS += ("decoder_attention_heads", "attention_heads", "num_key_value_heads", "num_kv_heads")
_HIDDEN = ("intermediate_size", "ffn_dim", "encoder_ffn_dim", "decoder_ffn_dim", "n_inner")
_HIDDEN += ("hidden_dim", "d_ff", "d_inner", "ffn_hidden_size", "moe_intermediate_size")
_HIDDEN += ("shared_expert_intermediate_size", "ffn_intermediate_size")
_FIXED: dict[str, Any] = {
    "vocab_size": 99,
    "max_position_embeddings": 64,
    "n_positions": 64,
    "n_ctx": 64,
    "max_target_positions": 64,
    "max_source_positions": 64,
    "d_kv": 8,
    "num_experts": 4,
    "num_local_experts": 4,
    "n_routed_experts": 4,
    "moe_num_experts": 4,
    "num_experts_per_tok": 2,
    "n_group": 1,
    "topk_group": 1,
    "q_lora_rank": 16,
    "kv_lora_rank": 16,
    "qk_rope_head_dim": 8,
    "qk_nope_head_dim": 8,
    "v_head_dim": 8,
    "image_size": 32,
    "patch_size": 8,
    "sliding_window": 16,
    "attention_window": 8,
    "rotary_dim": 4,
    "state_size": 8,
    "use_cache": False,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 1,
}
_CALLS = {
    "text": ("tokens", "input_ids=tokens"),
    "pair": ("tokens, targets", "input_ids=tokens, decoder_input_ids=targets"),
    "masked": ("pixels, masked", "pixel_values=pixels, bool_masked_pos=masked"),
    "image": ("pixels", "pixel_values=pixels"),
    "sound": ("wave", "input_values=wave"),
}


def subjects(make: Callable[..., Any], only: str) -> Iterator[Any]:
    """Yield one subject per architecture that could be made small and runs.

    Args:
        make: Makes a subject of name, family, source and spec.
        only: Part of the names.
    """
    for name, found in survey(only).items():
        if "call" not in found or only not in name:
            continue
        yield make(name, name, _source(name, found), _spec(name, found))


def survey(only: str = "") -> dict[str, dict[str, Any]]:
    """Find out which architectures run on their own, once; later calls read what was found."""
    import transformers.modeling_utils  # noqa: F401  # slow, and no architecture's own time
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    SURVEY.parent.mkdir(exist_ok=True)
    found = json.loads(SURVEY.read_text()) if SURVEY.exists() else {}
    for name in MODEL_MAPPING_NAMES:
        if name not in found and only in name:
            found[name] = _looked_at(name)
            SURVEY.write_text(json.dumps(found))
    return {name: found[name] for name in MODEL_MAPPING_NAMES if name in found}


def _looked_at(name: str) -> dict[str, Any]:
    def late(*_: object) -> None:
        raise TimeoutError(f"more than {SECONDS} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(None):
            warnings.simplefilter("ignore")
            return _tried(name)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return {"left out": f"{type(error).__name__}: {str(error)[:150]}"}
    finally:
        signal.alarm(0)


def _smaller(default: Any, rng: random.Random) -> dict[str, Any]:
    """Choose small values for what means a width, a depth or a number of heads."""
    heads = rng.choice([2, 4])
    groups = {**dict.fromkeys(_WIDTHS, heads * 8 * rng.choice([1, 2]))}
    groups |= dict.fromkeys(_DEPTHS, 2) | dict.fromkeys(_HEADS, heads)
    groups |= dict.fromkeys(_HIDDEN, rng.choice([40, 64])) | _FIXED
    groups["head_dim"] = groups["hidden_size"] // heads
    settings = {}
    for key, value in groups.items():
        now = getattr(default, key, None)
        if isinstance(now, bool) or type(now) is type(value):
            settings[key] = value
    layers = getattr(default, "layer_types", None)
    if isinstance(layers, list) and layers:
        settings["layer_types"] = (list(dict.fromkeys(layers)) * 2)[:2]
    return settings


def _tried(name: str) -> dict[str, Any]:
    from transformers import AutoModel
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    default = CONFIG_MAPPING[name]()
    if getattr(type(default), "sub_configs", {}):
        return {"left out": "it is composed of several models, which need several inputs"}
    settings = _smaller(default, random.Random(name))
    with torch.device("meta"), contextlib.suppress(NotImplementedError, RuntimeError):
        outline = AutoModel.from_config(CONFIG_MAPPING[name](**settings))
        count = sum(value.numel() for value in outline.parameters())
        if count > LARGEST:
            return {"left out": f"{count} parameters"}
    model = AutoModel.from_config(
        CONFIG_MAPPING[name](**settings), experts_implementation="eager"
    ).eval()
    torch.manual_seed(0)
    problems = []
    known = inspect.signature(model.forward).parameters
    for kind in _CALLS:
        if kind == "masked" and "bool_masked_pos" not in known:
            continue
        try:
            with torch.no_grad():
                returned = model(**_example(kind))
        except Exception as error:
            if isinstance(error, TimeoutError):
                raise
            problems.append(f"{kind}: {type(error).__name__} {str(error)[:60]}")
            continue
        outputs = {
            key: list(output.shape)
            for key, output in (returned.items() if isinstance(returned, Mapping) else ())
            if isinstance(output, Tensor) and output.is_floating_point() and len(output) == 3
        }
        if outputs:
            return {"call": kind, "outputs": outputs, "settings": settings}
        problems.append(f"{kind}: no tensor with a row per example")
    return {"left out": "; ".join(problems)}


def _example(kind: str) -> dict[str, Tensor]:
    tokens = torch.randint(3, 99, (3, 11))
    return {
        "text": {"input_ids": tokens},
        "pair": {"input_ids": tokens, "decoder_input_ids": tokens[:, :7]},
        "masked": {
            "pixel_values": torch.randn(3, 3, 32, 32),
            "bool_masked_pos": torch.rand(3, 16) < 0.5,
        },
        "image": {"pixel_values": torch.randn(3, 3, 32, 32)},
        "sound": {"input_values": torch.randn(3, 800)},
    }[kind]


def _source(name: str, found: Mapping[str, Any]) -> str:
    arguments, call = _CALLS[found["call"]]
    return SOURCE.format(
        settings=found["settings"],
        name=name,
        arguments=arguments,
        call=call,
        outputs=list(found["outputs"]),
    )


def _spec(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {
        "text": {"tokens": 'int64 "batch time" in 3..98'},
        "pair": {
            "tokens": 'int64 "batch time" in 3..98',
            "targets": 'int64 "batch steps" in 3..98',
        },
        "masked": {"pixels": 'float "batch 3 32 32"', "masked": 'bool "batch 16"'},
        "image": {"pixels": 'float "batch 3 32 32"'},
        "sound": {"wave": 'float "batch 800"'},
    }[found["call"]]
    lengths = {"text": {11: "time"}, "pair": {11: "time", 7: "steps"}}.get(found["call"], {})
    outputs = {
        key: f'float "batch {" ".join(lengths.get(extent, str(extent)) for extent in shape[1:])}"'
        for key, shape in found["outputs"].items()
    }
    used = {word for line in inputs.values() for word in ("time", "steps") if word in line}
    return {
        "name": "Wrapped",
        "kind": "model",
        "text": f"{name} as transformers has it, small and with random weights.",
        "sizes": {"batch": "1..4", **dict.fromkeys(sorted(used), "8..16")},
        "inputs": inputs,
        "outputs": outputs,
    }


if __name__ == "__main__":
    kinds = [entry.get("call", "left out") for entry in survey().values()]
    print({kind: kinds.count(kind) for kind in dict.fromkeys(kinds)})
