"""Leave one out: take a module out of a real repository, ask where it goes, and compare.

    python benchmarks/placement.py CLONE...

What is asked for is read by eye and stands in the table below, by the name of the clone's folder:
which files are models, layers, losses, data sets or metrics. For each of them the repository is
laid without that file, its test and its re-exports; the target is studied and asked for a place.

    folder      the module goes where its authors put it
    file        and under the very name
    test        its test goes where its authors put it (where there is one)
    re-export   the same ``__init__`` files are edited, and no others
"""

from __future__ import annotations

import ast
import difflib
import functools
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from workbench.repo import _crew, place, study
from workbench.repo._names import snake
from workbench.spec import Spec

AT_MOST = 8  # files of each kind of each repository, evenly spread
ASKED = {
    "pytorch-image-models": {
        "model": "timm/models/[a-z]*.py",
        "layer": "timm/layers/[a-z]*.py",
        "loss": "timm/loss/*.py",
    },
    "vit-pytorch": {"model": "vit_pytorch/*.py"},
    "segmentation_models.pytorch": {
        "model": "segmentation_models_pytorch/decoders/*/model.py",
        "loss": "segmentation_models_pytorch/losses/[a-z]*.py",
    },
    "mmpretrain": {
        "model": "mmpretrain/models/backbones/*.py",
        "layer": "mmpretrain/models/utils/*.py",
        "loss": "mmpretrain/models/losses/*.py",
        "dataset": "mmpretrain/datasets/*.py",
        "metric": "mmpretrain/evaluation/metrics/*.py",
    },
    "pytorch_geometric": {
        "model": "torch_geometric/nn/models/*.py",
        "layer": "torch_geometric/nn/conv/*_conv.py",
        "dataset": "torch_geometric/datasets/*.py",
    },
    "kornia": {"loss": "kornia/losses/[a-z]*.py", "model": "kornia/models/*/model.py"},
    "detectron2": {
        "model": "detectron2/modeling/meta_arch/*.py",
        "layer": "detectron2/layers/*.py",
    },
    "torchtune": {
        "layer": "torchtune/modules/*.py",
        "loss": "torchtune/modules/loss/[a-z]*.py",
        "dataset": "torchtune/datasets/_[a-z]*.py",
    },
    "litgpt": {"dataset": "litgpt/data/*.py"},
    "pytorch-cifar100": {"model": "models/*.py"},
    "equinox": {"layer": "equinox/nn/_*.py"},
    "torchmetrics": {"metric": "src/torchmetrics/[!fuw]*/[a-z]*.py"},
    "asteroid": {
        "model": "asteroid/models/*.py",
        "layer": "asteroid/masknn/*.py",
        "loss": "asteroid/losses/*.py",
        "dataset": "asteroid/data/*.py",
    },
    "diffusers": {"model": "src/diffusers/models/*/[a-z]*.py"},
    "pytorch-forecasting": {
        "layer": "pytorch_forecasting/layers/*/_*.py",
        "metric": "pytorch_forecasting/metrics/*.py",
    },
    "xformers": {"layer": "xformers/ops/*.py"},
    "dm-haiku": {"model": "haiku/_src/nets/*[!t].py", "layer": "haiku/_src/[!d]*[!t].py"},
    "pytorch-metric-learning": {"loss": "src/pytorch_metric_learning/losses/*_loss.py"},
    "lightly": {"loss": "lightly/loss/*.py", "layer": "lightly/models/modules/*.py"},
    "pytorchvideo": {
        "model": "pytorchvideo/models/*.py",
        "layer": "pytorchvideo/layers/*.py",
        "dataset": "pytorchvideo/data/*.py",
    },
    "torchgeo": {"dataset": "torchgeo/datasets/*.py", "model": "torchgeo/models/*.py"},
    "latent-diffusion": {"dataset": "ldm/data/*.py"},
}


@dataclass
class Score:
    """How often an answer was the authors' own."""

    hits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    misses: list[str] = field(default_factory=list)

    def note(self, what: str, right: bool) -> None:
        """Count one answer."""
        self.asked[what] += 1
        self.hits[what] += right

    def shown(self, what: str) -> str:
        """Return the hits of the questions."""
        return f"{self.hits[what]}/{self.asked[what]}" if self.asked[what] else "-"


def main_class(path: Path) -> str:
    """Return the class that a file is named for, or ``""``."""
    stem = path.parent.name if path.stem in {"model", "modeling"} else path.stem.strip("_")
    try:
        body = ast.parse(path.read_text(encoding="utf-8")).body
    except (SyntaxError, UnicodeDecodeError):
        return ""
    names = [one.name for one in body if isinstance(one, ast.ClassDef) and one.bases]
    plain = stem.replace("_", "").lower()

    def alike(name: str) -> float:
        return difflib.SequenceMatcher(None, name.lower(), plain).ratio()

    best = max(names, key=alike, default="")
    return best if best and alike(best) >= 0.6 and snake(best) else ""


def held_out(root: Path, pattern: str) -> Iterator[tuple[str, str]]:
    """Yield files and the class that each is named for."""
    found = [(path, main_class(path)) for path in sorted(root.glob(pattern))]
    found = [(path, name) for path, name in found if name and path.name != "__init__.py"]
    step = max(1.0, len(found) / AT_MOST)
    for number in range(min(AT_MOST, len(found))):
        path, name = found[int(number * step)]
        yield path.relative_to(root).as_posix(), name


def without(root: Path, path: str) -> tuple[set[str], str]:
    """Take a module out; return the ``__init__`` files that named it, and where its test was."""
    pure = PurePosixPath(path)
    own = pure.parent.name if pure.stem == "model" else ""
    stem = own or pure.stem
    tests = [*root.rglob(f"test_{stem.strip('_')}.py"), *root.rglob(f"{stem.strip('_')}_test.py")]
    test = tests[0].relative_to(root).as_posix() if len(tests) == 1 else ""
    removed = root / pure.parent if own else root / path
    for gone in [removed, *tests]:
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    named = set()
    folder = removed.parent
    while folder != root.parent:
        init = folder / "__init__.py"
        if init.is_file() and _forget(init, stem):
            named.add(init.relative_to(root).as_posix())
        folder = folder.parent
    return named, test


def _forget(init: Path, stem: str) -> bool:
    """Delete the imports of a module, and what they brought from ``__all__``."""
    text = init.read_text(encoding="utf-8")
    lines, brought = text.splitlines(keepends=True), set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and stem in (node.module or "").split("."):
            brought |= {alias.name for alias in node.names}
            gone = [""] * ((node.end_lineno or node.lineno) - node.lineno)
            # Inside an if or a try something has to stay.
            kept = " " * node.col_offset + "pass\n" if node.col_offset else ""
            lines[node.lineno - 1 : node.end_lineno] = [kept, *gone]
    for number, line in enumerate(lines):
        if line.strip().strip(",").strip("'\"") in brought and line.strip()[:1] in "'\"":
            lines[number] = ""
    init.write_text("".join(lines), encoding="utf-8")
    return bool(brought)


def ask(clone: Path, kind: str, path: str, name: str, score: Score) -> None:
    """Lay the repository without a file, ask, and compare."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(made).resolve() / clone.name
        shutil.copytree(clone, root, ignore=shutil.ignore_patterns(".git"), symlinks=True)
        named, test = without(root, path)
        spec = Spec.model_validate({"name": name, "kind": kind, "text": name})
        answer = place(study(root, fresh=True), spec)
    own = PurePosixPath(path).stem == "model"
    folder = PurePosixPath(path).parents[1 if own else 0].as_posix()
    alone = PurePosixPath(answer.path).stem == "model"  # in a folder of its own
    given = PurePosixPath(answer.path).parents[1 if alone else 0].as_posix()
    score.note("folder", folder == given)
    score.note("file", path == answer.path)
    inits = {e.path for e in answer.edits if e.before and e.path.endswith("__init__.py")}
    score.note("re-export", inits == named)
    if test:
        score.note("test", PurePosixPath(test).parent == PurePosixPath(answer.test_path).parent)
    if path != answer.path:
        score.misses.append(f"{name}: {answer.path}, not {path}")
    if inits != named:
        score.misses.append(f"{name}: edits {sorted(inits)}, not {sorted(named)}")


def main() -> None:
    # Each target is read once for every file that is left out; its other files are the same.
    _crew.parse = functools.lru_cache(maxsize=20_000)(_crew.parse)
    _crew._WORTH = 10**12
    total = Score()
    columns = ("folder", "file", "test", "re-export")
    print(f"{'repository':30} {'kind':8} " + " ".join(f"{name:>9}" for name in columns))
    for clone in map(Path, sys.argv[1:]):
        for kind, pattern in ASKED.get(clone.name, {}).items():
            score = Score()
            for path, name in held_out(clone, pattern):
                ask(clone, kind, path, name, score)
            cells = " ".join(f"{score.shown(name):>9}" for name in columns)
            print(f"{clone.name:30} {kind:8} {cells}", flush=True)
            for miss in score.misses:
                print(f"    {miss}", file=sys.stderr)
            for what in columns:
                total.hits[what] += score.hits[what]
                total.asked[what] += score.asked[what]
    cells = " ".join(f"{total.shown(name):>9}" for name in columns)
    print(f"{'all':39} {cells}")


if __name__ == "__main__":
    main()
