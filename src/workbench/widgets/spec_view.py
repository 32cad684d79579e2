"""A spec as it is read by people: the author's words, then the contract line by line."""

from __future__ import annotations

from workbench.spec import ROLES, Spec
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge, head, listed, sub, table
from workbench.widgets._view import View


def spec_view(spec: Spec) -> View:
    """Show a spec.

    Args:
        spec: The spec.

    Returns:
        The view.
    """
    asked = spec.text.strip() or f"Tests for the code in {spec.existing}."
    body = join(
        [
            head(spec.name, badge(spec.kind, tone="note"), sub(f"spec {spec.hash}")),
            tag("blockquote", asked),
            _options(spec),
            _tensors(spec),
            _roles(spec),
            _requirements(spec),
            _assumptions(spec),
            _allows(spec),
        ]
    )
    lines = [f"{spec.name} ({spec.kind}): {' '.join(asked.split())}"]
    lines += [f"  {line.id} {line.text}" for line in spec.requires.values()]
    return View(body, "\n".join(lines))


def _options(spec: Spec) -> Html:
    if not spec.options:
        return Html()
    words = listed(f"{name} = {value}" for name, value in spec.options.items())
    return join([tag("h4", "Options"), words])


def _tensors(spec: Spec) -> Html:
    rows: list[tuple[object, ...]] = []
    for title, tensors in (("input", spec.inputs), ("output", spec.outputs)):
        for name, tensor in tensors.items():
            optional = sub("optional") if tensor.optional else ""
            rows.append((title, tag("code", name), join([tag("code", tensor), optional], " ")))
    rows += [("size", tag("code", name), tag("code", size)) for name, size in spec.sizes.items()]
    if not rows:
        return Html()
    titles = ["", "name_", "type, axes and values"]
    return join([tag("h4", "Inputs, outputs and sizes"), table(titles, rows, "Signature")])


def _roles(spec: Spec) -> Html:
    if not spec.roles:
        return Html()
    rows = [(role, tag("code", name), ROLES[spec.kind][role]) for role, name in spec.roles.items()]
    return join([tag("h4", "Roles"), table(["role", "name_", "what it is"], rows, "Roles")])


def _requirements(spec: Spec) -> Html:
    if not spec.requires:
        return Html()
    rows = [(tag("b", line.id), tag("code", line.text)) for line in spec.requires.values()]
    return join([tag("h4", "Requirements"), table(["_", "what must hold"], rows, "Requirements")])


def _assumptions(spec: Spec) -> Html:
    if not spec.assumptions:
        return Html()
    rows = [
        (
            badge("confirmed", "✓", "good") if item.confirmed else badge("open", "?", "warn"),
            tag("code", item.about) if item.about else "",
            item.text,
            item.alternative,
        )
        for item in spec.assumptions
    ]
    titles = ["_", "about_", "assumed", "it could also have meant"]
    return join([tag("h4", "Assumptions"), table(titles, rows, "Assumptions")])


def _allows(spec: Spec) -> Html:
    if not spec.allows:
        return Html()
    rows = [(tag("code", name), reason) for name, reason in spec.allows.items()]
    return join([tag("h4", "Exempt"), table(["check_", "reason"], rows, "Exempt checks")])
