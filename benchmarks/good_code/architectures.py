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
# What the defaults, made small, leave nothing to do for: longer windows than the sequences, more
# tables than places, loops past the last layer; and initial weights that the gains divide by.
_OWN: dict[str, dict[str, Any]] = {
    "deepseek_v4": {
        "compress_rates": {"compressed_sparse_attention": 2, "heavily_compressed_attention": 4}
    },
    "higgs_audio_v2": {"audio_token_id": 98},
    "dory": {"initializer_range": 0.5},
    "inkling_text": {"rel_extent": 8},
    "inkling2_text": {"rel_extent": 8},
    "inkling2_loop_text": {
        "rel_extent": 8,
        "loop_layer_index_start": 1,
        "loop_layer_index_end": 2,
        "loop_gate_rank": 8,
    },
    "kimi_linear": {"linear_head_dim": 8, "linear_num_heads": 2},
    "segformer": {"sr_ratios": [4, 2, 1, 1]},
    "sew": {"mask_time_length": 2},
    "sew-d": {"mask_time_length": 2},
    "visual_bert": {"visual_embedding_dim": 16},
}
_TOKENS = {"tokens": 'int64 "batch time" in 3..98'}
_PIXELS = {"pixels": 'float "batch 3 32 32"'}
# By kind: the call, the inputs, and an argument that ``forward`` must have; the fullest come first.
_CALLS: dict[str, tuple[str, dict[str, str], str]] = {
    "global": (
        "input_ids=tokens, global_attention_mask=attended",
        {**_TOKENS, "attended": 'int64 "batch time" in 0..1'},
        "global_attention_mask",
    ),
    "seen": (
        "input_ids=tokens, visual_embeds=regions",
        {**_TOKENS, "regions": 'float "batch 5 16"'},
        "visual_token_type_ids",
    ),
    "drawn": (
        "pixel_values=pixels, noise=noise",
        {**_PIXELS, "noise": 'float32 "batch 16" in 0..1'},
        "noise",
    ),
    "heard": (
        "input_ids=torch.cat([tokens, tokens.new_full(frames.shape[:2], 98)], 1), "
        "audio_input_ids=frames",
        {"tokens": 'int64 "batch time" in 3..97', "frames": 'int64 "batch 4 8" in 0..1023'},
        "audio_input_ids",
    ),
    "text": ("input_ids=tokens", _TOKENS, ""),
    "pair": (
        "input_ids=tokens, decoder_input_ids=targets",
        {**_TOKENS, "targets": 'int64 "batch steps" in 3..98'},
        "",
    ),
    "masked": (
        "pixel_values=pixels, bool_masked_pos=masked",
        {**_PIXELS, "masked": 'bool "batch 16"'},
        "bool_masked_pos",
    ),
    "image": ("pixel_values=pixels", _PIXELS, ""),
    "sound": ("input_values=wave", {"wave": 'float "batch 3200"'}, ""),
}
_EXTENTS = {"batch": 3, "time": 11, "steps": 7}


def subjects(make: Callable[..., Any], wanted: Callable[[str], bool]) -> Iterator[Any]:
    """Yield one subject per architecture that could be made small and runs.

    Args:
        make: Makes a subject of name, family, source and spec.
        wanted: Tells by its name whether an architecture is looked at.
    """
    for name, found in survey(wanted).items():
        if "call" not in found or not wanted(name):
            continue
        yield make(name, name, _source(name, found), _spec(name, found))


def survey(wanted: Callable[[str], bool]) -> dict[str, dict[str, Any]]:
    """Find out which architectures run on their own, once; later calls read what was found."""
    import transformers.modeling_utils  # noqa: F401  # slow, and no architecture's own time
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    SURVEY.parent.mkdir(exist_ok=True)
    found = json.loads(SURVEY.read_text()) if SURVEY.exists() else {}
    for name in MODEL_MAPPING_NAMES:
        if name not in found and wanted(name):
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
    settings |= _OWN.get(default.model_type, {})
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
    for kind, (call, lines, needed) in _CALLS.items():
        if needed and needed not in known:
            continue
        try:
            with torch.no_grad():
                returned = model(**_example(call, lines))
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


def _example(call: str, lines: Mapping[str, str]) -> dict[str, Tensor]:
    """Draw inputs as their lines in the contract say, by the names that the call gives them."""
    made = {}
    for name, line in lines.items():
        dtype, axes, *_ = line.split('"')
        shape = [_EXTENTS[axis] if axis in _EXTENTS else int(axis) for axis in axes.split()]
        low, _, high = line.partition(" in ")[2].partition("..")
        made[name] = {
            "bool": lambda shape=shape: torch.rand(shape) < 0.5,
            "int64": lambda shape=shape, low=low, high=high: torch.randint(
                int(low), int(high) + 1, shape
            ),
        }.get(dtype.strip(), lambda shape=shape: torch.rand(shape))()
    return eval(f"dict({call})", {"torch": torch}, made)


def _source(name: str, found: Mapping[str, Any]) -> str:
    call, lines, _ = _CALLS[found["call"]]
    return SOURCE.format(
        settings=found["settings"],
        name=name,
        arguments=", ".join(lines),
        call=call,
        outputs=list(found["outputs"]),
    )


def _spec(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    inputs = _CALLS[found["call"]][1]
    lengths = {extent: axis for axis, extent in _EXTENTS.items() if axis in str(inputs)}
    lengths |= {"seen": {11 + 5: "time+5"}, "heard": {11 + 4: "time+4"}}.get(found["call"], {})
    outputs = {
        # The mask of what was hidden is written in one type, whatever the module's.
        key: f'{"float32" if key == "mask" else "float"} "batch '
        f'{" ".join(lengths.get(extent, str(extent)) for extent in shape[1:])}"'
        for key, shape in found["outputs"].items()
    }
    used = [axis for axis in ("time", "steps") if axis in lengths.values()]
    return {
        "name": "Wrapped",
        "kind": "model",
        "text": f"{name} as transformers has it, small and with random weights.",
        "sizes": {"batch": "1..4", **dict.fromkeys(used, "8..16")},
        "inputs": dict(inputs),
        "outputs": outputs,
    }


if __name__ == "__main__":
    kinds = [entry.get("call", "left out") for entry in survey(lambda _: True).values()]
    print({kind: kinds.count(kind) for kind in dict.fromkeys(kinds)})
