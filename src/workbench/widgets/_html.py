"""Markup that is safe by construction: what is not made by `tag` is text, and text is escaped.

Covered: text that a draft, a target or an agent chose cannot become markup, an attribute, a
terminal command (control characters) or a change of reading order (bidirectional overrides).
Not covered: what a reader believes of the words.
"""

from __future__ import annotations

import html
import re

_VOID = frozenset({"br", "hr"})
# Unicode's invisible marks of direction: code that uses them reads differently than it runs.
_HIDDEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\x7f-\x9f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


class Html(str):
    """Markup that may be shown as it is."""

    __slots__ = ()


def plain(text: object) -> str:
    """Make characters visible that would act instead of being read.

    Args:
        text: Anything; its ``str`` is taken.

    Returns:
        Text that is safe on a terminal.
    """
    seen = str(text).replace("\r\n", "\n")
    seen = _CONTROL.sub(lambda match: chr(0x2400 + ord(match[0])), seen)
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", seen)


def escape(text: object) -> Html:
    """Turn text into markup; markup stays as it is."""
    return text if isinstance(text, Html) else Html(html.escape(plain(text), quote=True))


def join(parts: object, between: str = "") -> Html:
    """Join texts and markup.

    Args:
        parts: An iterable.
        between: Text that stands between them.

    Returns:
        The markup.
    """
    return Html(escape(between).join(escape(part) for part in parts))  # type: ignore[attr-defined]


def tag(name: str, *content: object, **attributes: object) -> Html:
    """Make one element.

    Args:
        name: Its name.
        *content: Texts, which are escaped, and markup.
        **attributes: A trailing underscore is dropped and the others become hyphens; None and
            False leave the attribute out, True gives it no value.

    Returns:
        The markup.
    """
    opening = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = key.rstrip("_").replace("_", "-")
        opening.append(word if value is True else f'{word}="{escape(str(value))}"')
    start = f"<{' '.join(opening)}>"
    return Html(start if name in _VOID and not content else f"{start}{join(content)}</{name}>")
