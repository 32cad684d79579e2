"""How much of the target's code is annotated, and in which syntax."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workbench.records import Finding
from workbench.repo import topics
from workbench.repo._source import Function, Source
from workbench.repo._survey import Survey
from workbench.repo._tally import Place, counted, majority, shown

_FUTURE = ("__future__", "annotations")


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Count annotations, their syntax and how constructors take their options."""
    yield _share(survey)
    yield _syntax(survey, topics.OPTIONAL_SYNTAX, ("X | None", "Optional[X]"))
    yield _syntax(survey, topics.GENERIC_SYNTAX, ("list[int]", "List[int]"))
    tensors = sorted({name for source in survey.code for name in source.syntax if " " in name})
    names = tuple(name for name in tensors if name.startswith("tensor "))
    tensor = _syntax(survey, topics.TENSOR_NAME, names)
    if tensor:
        yield tensor.model_copy(update={"value": tensor.value.removeprefix("tensor ")})
    yield majority(topics.FUTURE_ANNOTATIONS, map(_future, filter(_defines, survey.code)))
    yield majority(topics.CONSTRUCTOR_OPTIONS, _constructors(survey))


def is_config(name: str, annotation: str) -> bool:
    """Tell whether a parameter is an object that holds all options."""
    if name in {"config", "cfg", "configs", "hparams", "hps", "model_args", "model_config"}:
        return True
    return annotation.endswith(("Config", "Configuration", "ModelArgs", "Hparams"))


def _functions(source: Source) -> Iterator[Function]:
    yield from source.functions
    for found in source.classes:
        yield from found.methods


def _share(survey: Survey) -> Finding | None:
    slots = annotated = 0
    places: dict[bool, list[Place]] = {True: [], False: []}
    for source in survey.code:
        for function in _functions(source):
            named = [one for one in function.parameters if one.kind != "stars"]
            here = sum(one.annotated for one in named) + function.returns
            slots += len(named) + 1
            annotated += here
            if named:
                places[here > 0].append((source, function.line))
    if not slots:
        return None
    value = round(annotated / slots, 3)
    evidence = shown(places[value >= 0.5])
    return Finding(topic=topics.ANNOTATIONS, value=value, seen=slots, evidence=evidence)


def _syntax(survey: Survey, topic: str, names: tuple[str, ...]) -> Finding | None:
    counts: Counter[str] = Counter()
    evidence: dict[str, Place] = {}
    for source in survey.code:
        for name in names:
            if source.syntax[name]:
                counts[name] += source.syntax[name]
                evidence.setdefault(name, (source, 0))
    return counted(topic, counts, evidence)


def _defines(source: Source) -> bool:
    return bool(source.functions or source.classes)


def _future(source: Source) -> tuple[bool, Place]:
    for found in source.imports:
        if (found.module, found.name) == _FUTURE:
            return True, (source, found.line)
    return False, (source, 0)


def _constructors(survey: Survey) -> Iterator[tuple[str, Place]]:
    """Vote for each module with options: one object, keywords only, or positional as well."""
    own = [found for source in survey.code for found in survey.classes.of(source)]
    for found in own:
        constructor = found.definition.method("__init__")
        if survey.classes.family(found) not in {"module", "loss"} or constructor is None:
            continue
        named = [one for one in constructor.parameters if one.kind != "stars"]
        if not named:
            continue
        if is_config(named[0].name, named[0].annotation):
            style = "config"
        else:
            style = "keyword-only" if named[0].kind == "keyword" else "positional"
        yield style, (found.source, constructor.line)
