"""Names made in the style of the target: snake_case of a class, a file name that is free."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection

# Names of our field that are one word though they are written with capitals inside.
_MIXED = re.compile(
    r"ALiBi|BEiT|BiGRU|BiLSTM|CaiT|DeiT|DoRA|ELoRA|GeGLU|LoRA|PReLU|ReGLU|ReLU|RoPE|SwiGLU|ViT"
)
_SHORT = re.compile(r"(?<![a-z])[A-Z][a-zA-Z]?ViT|[A-Z]{2,}v(?=\d)")  # SHViT, CSATv2
_NET = re.compile(r"([A-Z]+|[A-Z][a-z0-9]+)Ne(t|Xt)(?![a-z])")  # ResNet is resnet, UNet is unet
_WORD = re.compile(
    r"([A-Z]+|[A-Z]?[a-z]+)\d[dD](?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+"
)
_WINDOWS = re.compile(r"^(con|prn|aux|nul|(com|lpt)[0-9¹²³]|conin\$|conout\$)$", re.IGNORECASE)


def words(name: str) -> list[str]:
    """Split a class name into lower-case words; a number stays with the word before it.

    Args:
        name: For example ``TinyGPT``, ``ResNet`` or ``T5Block``.

    Returns:
        For example ``["tiny", "gpt"]``, ``["resnet"]`` or ``["t5", "block"]``.
    """
    joined = _MIXED.sub(lambda match: match[0].capitalize(), name)
    joined = _SHORT.sub(lambda match: match[0].capitalize(), joined)
    joined = _NET.sub(lambda match: match[0].capitalize(), joined)
    parts: list[str] = []
    for part in (found[0] for found in _WORD.finditer(joined)):
        if part.isdigit() and parts:
            parts[-1] += part
        else:
            parts.append(part.lower())
    return parts


def snake(name: str) -> str:
    """Return a class name in snake_case; one that has no such form comes back in lower case."""
    joined = "_".join(words(name)) if name.isascii() else ""
    return joined if joined.isidentifier() else name.lower()


def kebab(name: str) -> str:
    """Return a class name in kebab-case."""
    return snake(name).replace("_", "-").strip("-") or "draft"


def stem(name: str, style: str, drops: Collection[str] = ()) -> str:
    """Return the file name for a class, without suffix, in the target's style.

    Args:
        name: The class.
        style: A value of `topics.FILE_NAMING`.
        drops: Last words that file names leave out.

    Returns:
        The stem; kebab-case cannot be imported and becomes snake_case.
    """
    parts = words(name)
    if len(parts) > 1 and parts[-1] in drops and name.lower().endswith(parts[-1]):
        name = name[: -len(parts[-1])]
    if style == "CamelCase":
        return name
    joined = snake(name).replace("_", "") if style == "lowercase" else ""
    return joined if joined.isidentifier() else snake(name)


def hides_another(name: str) -> bool:
    """Tell whether a file of that name on the import root would hide a module of Python's own."""
    return name in sys.stdlib_module_names


def reserved(name: str) -> bool:
    """Tell whether Windows keeps a name, with any suffix, for a device."""
    return bool(_WINDOWS.match(name.partition(".")[0].strip()))
