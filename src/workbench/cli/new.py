"""``workbench new``: write a spec file from a sentence; what was not understood is said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli._names import camel, snake
from workbench.cli._options import Json
from workbench.cli._output import print_json
from workbench.errors import UsageError
from workbench.spec import save


def new(
    name: Annotated[str, typer.Argument(help="What the module will define, e.g. TextClassifier.")],
    sentence: Annotated[str, typer.Option("--from", help="What is wanted, in a sentence or more.")],
    out: Annotated[Path | None, typer.Option(help="The file; default specs/NAME.yaml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write a spec file from a sentence; what was not understood is said."""
    from workbench import registry

    path = out or Path("specs") / f"{snake(name)}.yaml"
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; choose another name, or say --force")
    reading = registry.load("implementers", "blueprint").read(sentence, camel(name))
    save(reading.spec, path)
    if as_json:
        print_json(
            {
                "path": str(path),
                "spec": reading.spec.model_dump(mode="json"),
                "blueprint": reading.blueprint,
                "not_understood": list(reading.not_understood),
            }
        )
        return
    typer.echo(f"wrote {path}")
    if reading.sketched:
        typer.echo(
            "  a sketch: the offline catalogue cannot build it. Complete the contract, then let an "
            "agent write the code (implement --implementer anthropic) or check your own (check)"
        )
    for assumption in reading.spec.assumptions:
        typer.echo(f"  assumed: {assumption.text}")
    for words in reading.not_understood:
        typer.echo(f"  not understood: {words!r}")
