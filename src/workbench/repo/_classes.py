"""The target's classes by their dotted names, and what they derive from in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.repo._layout import Layout
from workbench.repo._source import Class, Source

_MODULE_NAMES = {"Module", "LightningModule", "Model", "Layer", "BaseModule", "BaseModel"}
_MODULE_HOMES = {
    "lightning",
    "pytorch_lightning",
    "keras",
    "tensorflow",
    "flax",
    "equinox",
    "haiku",
    "mmengine",
    "mmcv",
    "fairscale",
}
_DATA_NAMES = ("Dataset", "DataModule")


@dataclass(frozen=True)
class Defined:
    """A class and the file that defines it."""

    source: Source
    definition: Class
    dotted: str


@dataclass
class Classes:
    """All classes of a target.

    Args:
        sources: The parsed files.
        layout: How files become dotted names.
    """

    sources: Sequence[Source]
    layout: Layout
    _defined: dict[str, Defined] = field(init=False, default_factory=dict)
    _names: dict[str, dict[str, str]] = field(init=False, default_factory=dict)
    _families: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the classes and the imported names of every file."""
        for source in self.sources:
            module = self.layout.module(source.path)
            self._names[module] = dict(_imported(source, module))
            for definition in source.classes:
                name = f"{module}.{definition.name}"
                self._defined[name] = Defined(source, definition, name)

    def __iter__(self) -> Iterator[Defined]:
        """Yield every class."""
        return iter(self._defined.values())

    def of(self, source: Source) -> list[Defined]:
        """Return the classes that a file defines."""
        module = self.layout.module(source.path)
        return [self._defined[f"{module}.{found.name}"] for found in source.classes]

    def expand(self, source: Source, name: str) -> str:
        """Return the full dotted name of a name as it is written in a file."""
        module = self.layout.module(source.path)
        first, _, rest = name.partition(".")
        full = self._names[module].get(first, "")
        if not full:
            full = f"{module}.{first}" if f"{module}.{first}" in self._defined else first
        return self._home(f"{full}.{rest}" if rest else full)

    def bases(self, found: Defined) -> list[str]:
        """Return the full dotted names of a class's direct bases."""
        return [self.expand(found.source, base) for base in found.definition.bases]

    def ancestors(self, found: Defined) -> list[Defined]:
        """Return the target's own classes above a class, the nearest first."""
        above: dict[str, Defined] = {}
        waiting = self.bases(found)
        while waiting:
            name = waiting.pop(0)
            if name in self._defined and name not in above and name != found.dotted:
                above[name] = self._defined[name]
                waiting += self.bases(self._defined[name])
        return list(above.values())

    def family(self, found: Defined) -> str:
        """Tell what a class is in the end: module, loss, metric, dataset or ``""``."""
        known = self._families.get(found.dotted)
        if known is None:
            self._families[found.dotted] = ""  # a class that derives from itself ends here
            known = self._families[found.dotted] = self._family(found)
        return known

    def _family(self, found: Defined) -> str:
        family = self._inherited(found)
        if family == "module" and found.definition.name.endswith("Metric"):
            return "metric"
        return family

    def _inherited(self, found: Defined) -> str:
        for base in self.bases(found):
            own = self._defined.get(base)
            family = self.family(own) if own else _foreign_family(base)
            if family == "module" and _is_loss(found.definition.name):
                return "loss"
            if family:
                return family
        if found.definition.bases and found.definition.method("forward"):
            return "loss" if _is_loss(found.definition.name) else "module"
        return _foreign_family(found.dotted)  # the target may be a framework itself

    def _home(self, name: str) -> str:
        """Follow re-exports to the module that defines a name."""
        for _ in range(8):
            if name in self._defined:
                return name
            module, _, last = name.rpartition(".")
            further = self._names.get(module, {}).get(last)
            if not further or further == name:
                return name
            name = further
        return name


def _is_loss(name: str) -> bool:
    return name.endswith(("Loss", "Criterion", "CrossEntropy"))


def _foreign_family(name: str) -> str:
    home, last = name.split(".")[0], name.rpartition(".")[2]
    if home == last:
        return ""
    if last.endswith(_DATA_NAMES) or name.startswith("torchvision.datasets."):
        return "dataset"
    if last.endswith("Metric"):
        return "metric"
    if name.startswith(("torch.nn.", "nn.")) and last not in {"Parameter", "Buffer"}:
        return "loss" if _is_loss(last) or last == "_Loss" else "module"
    if home in _MODULE_HOMES and last in _MODULE_NAMES:
        return "module"
    return "module" if last == "PreTrainedModel" else ""


def _imported(source: Source, module: str) -> Iterator[tuple[str, str]]:
    parts = module.split(".")
    package = parts if source.path.endswith("__init__.py") else parts[:-1]
    for found in source.imports:
        if found.level:
            above = package[: len(package) - found.level + 1]
            home = ".".join([*above, *filter(None, [found.module])])
        else:
            home = found.module
        if found.name:
            yield found.alias or found.name, f"{home}.{found.name}" if home else found.name
        elif found.alias:
            yield found.alias, home
        else:
            first = home.split(".")[0]
            yield first, first
