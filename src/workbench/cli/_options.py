"""Options and arguments that several subcommands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]
SpecFile = Annotated[Path, typer.Argument(help="A spec file (YAML).", metavar="SPEC")]
Repo = Annotated[Path, typer.Option("--repo", help="The target repository's root.")]
Tier = Annotated[str, typer.Option(help="How much is checked: live, full or deep.")]
Device = Annotated[str, typer.Option(help="Where the checks run: auto, cpu or cuda.")]
Seed = Annotated[int, typer.Option(help="For inputs, weights and directions.")]
Kills = Annotated[int, typer.Option(min=0, help="Mistakes to make on purpose in a green draft.")]
Unsandboxed = Annotated[
    bool,
    typer.Option("--allow-unsandboxed", help="Run drafts where this machine cannot isolate them."),
]
Implementer = Annotated[str, typer.Option(help="Who writes the code.")]
Values = Annotated[list[str] | None, typer.Option(help="NAME=VALUE for it; VALUE is JSON.")]
Export = Annotated[bool, typer.Option("--export", help="Export when the report is green.")]
Branch = Annotated[str, typer.Option(help="The branch; default by the spec's name.")]
InPlace = Annotated[
    bool, typer.Option("--in-place", help="Write into the working tree; commit nothing.")
]
Patch = Annotated[Path | None, typer.Option(help="Write a patch file instead.")]
PrBody = Annotated[Path | None, typer.Option(help="Write the description as Markdown.")]
Python = Annotated[str, typer.Option(help="The Python for the target's own tests.")]
TestSeconds = Annotated[float, typer.Option(min=0, help="Their time limit; 0: none.")]
SessionName = Annotated[str, typer.Argument(help="A session's folder or name.")]
