"""Turns a draft's own words into requirements: what a docstring or a name says is a claim.

The vocabulary is small and means one thing each time. A sentence that doubts, compares or denies
claims nothing, nor does one that speaks of a part as if of the whole; where an option decides, or
two sentences disagree, nothing is claimed either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from workbench.checks._words import Sentence, Words
from workbench.spec import Spec

_DOUBT = re.compile(
    r"\b(unlike|not|never|without|instead|rather|except|neither|nor|optional\w*|may|might|can|could"
    r"|if|unless|whether|either|or|e\.g|example|such|supports?|todo|fixme|should|would|deprecated"
    r"|default|compare[ds]?|versus|vs|replace[sd]?|alternative|variant|switch|no|non|half|some"
    r"|only when|only in|un|ablation|baseline)\b|n't\b",
    re.IGNORECASE,
)
# What a thing can do besides is no doubt about what it is: "causal attention that can go on from".
_ASIDE = re.compile(r"\b(that|which) can (?!be\b)", re.IGNORECASE)
_DENIAL = re.compile(r"\b(unlike|not|never|instead|rather|except|neither|nor|optional\w*)\b", re.I)
_ELSEWHERE = re.compile(
    r"\b(encoder'?s?|bidirectional|branch(es)?|memory|teacher|other|another|alternat\w+|inner)\b",
    re.IGNORECASE,
)
_RATE = re.compile(r"jitter|augment|noise|flip|crop|rate|strength|prob|random|train|^p$")
_MODULES = ("model", "layer")
Fits = Callable[[Spec], bool]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A requirement that a draft makes of itself.

    Args:
        text: The requirement.
        where: ``file:line`` of the words.
        words: The words.
    """

    text: str
    where: str
    words: str


@dataclass(frozen=True)
class Phrase:
    """What some words mean.

    Args:
        says: A regular expression for the words.
        means: The requirement; ``{time}`` is the axis that inputs and outputs share, ``{1}`` a
            group of the expression.
        kinds: Of which kinds of contract.
        scope: Whether they count for the whole wherever they stand (``any``), or only beside the
            module under check or its file (``whole``).
        switch: A parameter of this name decides instead.
        unless: Words anywhere in the draft with which nothing is meant.
        doubt: Words in the rest of the sentence with which nothing is meant.
        fits: What the contract must have.
    """

    says: str
    means: str
    kinds: tuple[str, ...] = _MODULES
    scope: str = "any"
    switch: str = r"(?!)"
    unless: str = r"(?!)"
    doubt: re.Pattern[str] = field(default=_DOUBT)
    fits: Fits = lambda spec: True

    def found(self, sentence: Sentence) -> re.Match[str] | None:
        """Find the words in a sentence that means what it says."""
        match = re.search(self.says, sentence.text, re.IGNORECASE)
        if match is None or sentence.name:
            return match
        after = _ASIDE.split(sentence.text[match.end() :])[0]
        rest = sentence.text[: match.start()] + " , " + after
        elsewhere = self.scope == "whole" and _ELSEWHERE.search(rest)
        return None if self.doubt.search(rest) or elsewhere else match


CAUSAL = (
    r"\bcausal(ly)?\b(?! (inference|effect|graph|discovery))|\bautoregressive\b"
    r"|\bno future (\w+ )?(is|are) (ever )?seen|\bnever (sees|looks at|looks into) the future"
    r"|\b(sees?|attends? to|reads?) (only )?itself and (to )?(only )?"
    r"(those before|earlier|previous)"
    r"|\bdepends? only on (the |this and )?(past|earlier|previous)"
    r"|\bdepends? on (the |this and )?(past|earlier|previous)[\w ]{0,25} (only|alone)\b"
)
RESIDUAL = (
    r"\bresidual (connections?|blocks?|units?)\b|\b(and|with) a residual\b(?! \w)"
    r"|\beach [^.]{0,60}\band added to (it|the stream|its input)\b"
)
_ACTIVATIONS = {
    "relu": r"\brelu\b",
    "gelu": r"\bgelu\b",
    "silu": r"\b(silu|swish)\b",
    "elu": r"\belu\b",
    "mish": r"\bmish\b",
    "leaky_relu": r"\bleaky relu\b",
    "tanh": r"\btanh\b",
}
_NORMS = {
    "rms": r"\b(rms ?norms?|root mean square (layer )?norm\w*)\b",
    "layer": r"(?<!square )\blayer ?norm(s|ali[sz]ation)?\b",
    "batch": r"\bbatch ?norm(s|ali[sz]ation)?\b",
    "group": r"\bgroup ?norm(s|ali[sz]ation)?\b",
    "instance": r"\binstance ?norm(s|ali[sz]ation)?\b",
}
_POSITIONS = {
    "learned": r"\blearn(ed|t|able) (absolute )?position(s|al|\b)",
    "sinusoidal": r"\bsinusoidal (absolute )?(position|encoding|embedding)",
    "rotary": r"\brotary (position|embedding|encoding)|\brope\b",
    "alibi": r"\balibi\b",
}
_CELLS = {"lstm": r"\blstm\b", "gru": r"\bgru\b"}
_FORMS = {name: rf"\b{name}\b" for name in ("swiglu", "geglu", "reglu")}


def _alone(words: Words, forms: dict[str, str]) -> str:
    """Name the one of several that is spoken of; nothing where there are more."""
    said = {n for s in words.sentences for n, f in forms.items() if re.search(f, s.text, re.I)}
    return said.pop() if len(said) == 1 else ""


def _two_alike(spec: Spec) -> bool:
    shapes = [[axis.text for axis in tensor.axes] for tensor in spec.inputs.values()]
    floats = all(tensor.dtype.startswith("float") for tensor in spec.inputs.values())
    return len(shapes) == 2 and shapes[0] == shapes[1] and floats


def _wide(spec: Spec) -> bool:
    return bool(spec.outputs) and len(next(iter(spec.outputs.values())).axes) > 1


_TABLE = (
    Phrase(CAUSAL, "causal over {time}", scope="whole", switch=r".*(causal|direction)\w*"),
    Phrase(
        r"\bpre-?(layer[- ]?)?norm(ali[sz](ed|ation))?\b(?! (input|data|image|feature|x\b))"
        r"|\bpre-ln\b|\bon the normali[sz]ed stream",
        "norm == pre",
        switch=r"norm_first|pre_?norm|norm_(place|position|style)",
    ),
    Phrase(
        r"\bpost-?(layer[- ]?)?norm(ali[sz](ed|ation))?\b|\bpost-ln\b"
        r"|\bresidual connection and a (layer )?norm after it",
        "norm == post",
        switch=r"norm_first|pre_?norm|norm_(place|position|style)",
    ),
    Phrase(
        r"\btied (token |word |input |output )?(embeddings?|head|softmax|output)\b|\bweight tying\b"
        r"|\bshares? (its|the|their|one) (matrix|weights?|parameters?) with (the |its )?(\w+ )?"
        r"(embeddings?|head)\b|\b(embeddings?|head) (are|is) tied\b",
        "tied embeddings == yes",
        switch=r"\w*tie[ds]?(_\w+)?|share\w*",
    ),
    Phrase(
        r"\b(gives|returns|yields|outputs?|computes|predicts) (the )?(\w+ ){0,2}logits\b",
        "output == logits",
        scope="whole",
        unless=r"\b(cosine|capped|clamp\w*|clipp?\w*|bounded|probabilit\w+|normali[sz]ed)\b",
        fits=_wide,
    ),
    Phrase(
        r"\b(outputs?|embeddings?|vectors?|features?|representations?) "
        r"((of|with|have|has|are) (a )?|(are |is )?(l2[- ])?normali[sz]ed to )"
        r"(unit (length|norm)|length one|norm one)",
        "output == normalised",
        scope="whole",
        switch=r"normali[sz]e\w*|\w*norm",
        fits=_wide,
    ),
    Phrase(
        r"\b(mean[- ]pool(ing|ed)|global average pool(ing|ed)|(averaged?|mean) over "
        r"(the )?(real )?(tokens|positions|time|all positions|all places|space))\b",
        "pooling == mean",
        switch=r"\w*pool\w*",
    ),
    Phrase(
        r"\b(pooler|head|classif\w+|pooled|read\w*)\b[^.;,]*\b(first|class|\[?cls\]?) token\b",
        "pooling == first",
        switch=r"\w*pool\w*",
    ),
    Phrase(r"\bpermutation[- ]equivariant\b", "permutation equivariant", scope="whole"),
    Phrase(r"\bpermutation[- ]invariant\b", "permutation invariant", scope="whole"),
    Phrase(
        r"\b(True|1|one) (at|for|on|where) (the |a )?"
        r"(real|valid|kept|actual|unpadded|non-padd\w+)\b",
        "right padding invariant under {mask}",
        fits=lambda spec: bool(_mask(spec)),
    ),
    Phrase(
        r"\bsymmetric(al)? (\w+[- ]){0,3}?(loss|divergence|distance|contrastive|infonce)\b",
        "symmetric",
        kinds=("loss",),
        fits=_two_alike,
    ),
    Phrase(r"\bnon-?negative (loss|divergence)\b", "non-negative", kinds=("loss",)),
    Phrase(
        r"\b(mean|averaged?) (over|of) (all )?(the )?"
        r"((kept|real|valid|unmasked|non-padd\w+|remaining) \w+"
        r"|\w+ that (are not (padding|padded|ignored|masked)|count\b))",
        "mean over == kept",
        kinds=("loss",),
        doubt=_DENIAL,
        fits=lambda spec: spec.role("weight") not in {*spec.inputs, *spec.options},
    ),
    Phrase(
        r"\bmean \(?(over|of) the weights of the \w+ that (count|are kept)",
        "mean over == weights",
        kinds=("loss",),
        doubt=_DENIAL,
        fits=lambda spec: spec.role("weight") in {*spec.inputs, *spec.options},
    ),
    Phrase(
        r"\b(?P<value>nan|zero|0(\.0)?|one|1(\.0)?),? (if|when|where|before) "
        r"(there (is|are) (none|nothing|no \w+)|nothing|none\b|any update|the first update|empty)",
        "empty value == {value}",
        kinds=("metric",),
        doubt=_DENIAL,
    ),
    Phrase(
        r"\bpad(s|ded|ding)?\b[^.;]{0,60}\bon the (?P<value>right|left)\b"
        r"|\b(?P<side>right|left)[- ]padd(ed|ing)\b",
        "padding side == {value}",
        kinds=("dataset",),
        fits=lambda spec: "collate" in spec.roles,
    ),
    Phrase(
        r"\baugment(ed|s|ation|ations)?\b"
        r"|\brandom(ly)? (crop|flip|mask|shift|rotat|erase|augment)\w*",
        "random items",
        kinds=("dataset",),
        fits=lambda spec: all(spec.options[name] for name in spec.options if _RATE.search(name)),
    ),
    Phrase(
        r"\b(bucketed|batched|grouped|sorted) by length\b|\bbatches of similar length\b",
        "bucketed by length",
        kinds=("dataset",),
        fits=lambda spec: "loader" in spec.roles,
    ),
    Phrase(
        r"\bstepped (after|for|with|at|on|in) (each|every) (optimi[sz]er )?"
        r"(?P<value>step|update|epoch)"
        r"|\bschedule (per|for each) (?P<unit>step|epoch)",
        "schedule per == {value}",
        kinds=("training",),
        fits=lambda spec: "schedule" in spec.roles,
    ),
    Phrase(
        r"\b(last|final) (group|list|batches)\b[^.;]*\b(shorter|smaller|incomplete|partial)"
        r"|\b(shorter|smaller|incomplete|partial) (last |final )?group\b[^.;]*\bstep",
        "every batch is stepped",
        kinds=("training",),
        doubt=_DENIAL,
    ),
)


def claims(spec: Spec, words: Words) -> list[Claim]:
    """List the requirements that a draft's own words make.

    Args:
        spec: The contract; what it says itself is for the caller to prefer.
        words: What the draft says.

    Returns:
        One claim for each phrase; of sentences that disagree, none.
    """
    found: dict[str, list[Claim]] = {}
    table = [*_TABLE, *_of_one(words)]
    for phrase in table:
        if spec.kind not in phrase.kinds or not phrase.fits(spec) or _decided(phrase, words, spec):
            continue
        for claim in _said(phrase, spec, words):
            found.setdefault(claim.text.partition(" == ")[0], []).append(claim)
    agreed = [each for each in found.values() if len({claim.text for claim in each}) == 1]
    return [each[0] for each in agreed]


def _of_one(words: Words) -> Iterator[Phrase]:
    """Yield what is meant where exactly one of several is spoken of."""
    name = _alone(words, _ACTIVATIONS)
    if name:
        yield Phrase(
            _ACTIVATIONS[name],
            f"activation == {name}",
            switch=r"\w*act(ivation)?(_\w+)?|nonlinearity",
            unless=r"\b(low[- ]rank|lora|adapters?|factori[sz]ed|latent|gate[ds]?|gating|lstm"
            r"|gru)\b",
        )
    position = r"\w*pos\w*_(type|kind|scheme)|(use|learn\w*|with)_\w*(pos|rope|rotary)\w*"
    for phrase, forms, switch in (
        ("norm kind", _NORMS, r"norm(_layer|_type|_kind|ali\w+)?"),
        ("positions", _POSITIONS, position),
        ("recurrent cell", _CELLS, r"\w*(cell|rnn)_?(type|kind)?"),
        ("feed-forward", _FORMS, r"\w*(activation|glu)\w*"),
    ):
        name = _alone(words, forms)
        if name:
            yield Phrase(forms[name], f"{phrase} == {name}", switch=switch)


def _decided(phrase: Phrase, words: Words, spec: Spec) -> bool:
    """Whether a parameter decides what the words speak of, or other words take them back."""
    names = {*words.parameters, *spec.options, *spec.inputs}
    if any(re.fullmatch(phrase.switch, name.lower()) for name in names):
        return True
    about = phrase.means.partition(" ")[0].rstrip("s")
    if any(name.lower().startswith(about) for name in words.choices):
        return True  # positions: str = "learned"
    return any(re.search(phrase.unless, each.text, re.I) for each in words.sentences)


def _said(phrase: Phrase, spec: Spec, words: Words) -> Iterator[Claim]:
    for sentence in words.sentences:
        if phrase.scope == "whole" and sentence.owner not in ("", words.main):
            continue
        match = phrase.found(sentence)
        text = _filled(phrase.means, match, spec) if match else ""
        if text:
            yield Claim(text=text, where=sentence.where, words=sentence.text)


def _filled(means: str, match: re.Match[str], spec: Spec) -> str:
    """Write a requirement, with what the words and the contract name; nothing where they do not."""
    groups = {name: text.lower() for name, text in match.groupdict().items() if text}
    value = groups.get("value") or groups.get("side") or groups.get("unit") or ""
    value = {"zero": "0", "one": "1", "update": "step"}.get(value, value)
    names = {"time": _time(spec), "mask": _mask(spec), "value": value}
    wanted = re.findall(r"\{(\w+)\}", means)
    return means.format(**names) if all(names[each] for each in wanted) else ""


def _time(spec: Spec) -> str:
    """Name the one axis of flexible length that the first input and output share."""
    tensors = [tensor for tensor in spec.inputs.values() if tensor.dtype != "bool"][:1]
    tensors += list(spec.outputs.values())[:1]
    axes = [{axis.text for axis in tensor.axes[1:]} for tensor in tensors]
    shared = set.intersection(*axes) & set(spec.sizes) - {"batch"} if len(axes) == 2 else set()
    return shared.pop() if len(shared) == 1 else ""


def _mask(spec: Spec) -> str:
    """Name the one mask over positions that a module is given."""
    found = [n for n, t in spec.inputs.items() if t.dtype == "bool" and len(t.axes) == 2]
    return found[0] if len(found) == 1 and "mask" in found[0] else ""
