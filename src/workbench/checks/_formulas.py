"""Formulas that a loss or a metric is named for, with the ways in which they are usually written.

Letters: of classes ``p`` are scores ``(batch, places, n)``, of a metric ``(examples, n)``, ``t``
the labels, ``k`` where they count, ``w`` the weights of their classes; of two tensors alike ``p``
and ``t``; of pairs ``p`` and ``t`` are rows ``(batch, features)``, of triples ``q`` is the third.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.checks import _implied
from workbench.checks._words import Words

# Options by the letter that stands for them, with what is meant where there is none.
LETTERS: dict[str, tuple[str, float | None]] = {
    "g": (r"gamma|focus(ing)?", 2.0),
    "d": (r"delta|beta", 1.0),
    "s": (_implied.SMOOTHING, 0.0),
    "ignored": (_implied.IGNORED, -100.0),
    "n": (r"(num_|n_)?class(es)?", None),
    "w": (r"(class_)?weights?", None),
    "a": (r"alpha|fp_weight", None),
    "b": (r"beta|fn_weight", None),
    "e": (r"smooth|eps(ilon)?", None),
    "u": (r"quantile|q|tau", None),
    "h": (r"temperature|tau|temp", None),
    "m": (r"margin|alpha", None),
    "j": (r"(top_?)?k", None),
    "v": (r"(num_|n_)?bins", None),
}
# What the words of a draft may fix: with these words only such ways are right.
FACETS = {
    "symmetric": r"\bsymmetric\b|\bboth directions\b|\bas in clip\b",
    "normalised": r"\bcosine\b|\bnormali[sz]\w*|\bunit (length|norm|sphere)",
    "of each example": r"\b(each|per|an) (example|sample)\b",
    "alpha of positives": r"\balpha:? (\*? ?)?(is |the )*"
    r"(FP\b|(weight (of|for) )?(the )?false positives)",
    "background left out": r"\b(background|foreground)\b",
}
_NEEDED = ("background left out",)
_WHEN = "where(k, t, 0)"
_BOTH = "sum((h := one_hot(argmax(p), n)) * (w := one_hot(t, n)), axis=0)"


@dataclass(frozen=True)
class Way:
    """One way to write a formula.

    Args:
        text: The equation: of each element, of each example or of the batch.
        facets: What is settled in it, of `FACETS`.
    """

    text: str
    facets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Formula:
    """A formula that a name stands for.

    Args:
        name: A regular expression for the name, in small letters without ``loss`` and the like.
        takes: ``classes``, ``alike``, ``pairs``, ``triples`` or ``gaussian``.
        ways: How it may be written.
        options: Which options it may have, by the letters that stand for them.
        needs: Those without which nothing is known.
    """

    name: str
    takes: str
    ways: tuple[Way, ...]
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def told(ways: Sequence[Way], words: Words) -> list[Way]:
    """Leave the ways that agree with a draft's own words.

    Args:
        ways: How a formula may be written.
        words: What the draft says.

    Returns:
        Some of them.
    """
    text = " ".join(
        f"{each.about}: {each.text}" if each.about else each.text for each in words.sentences
    )
    kept = list(ways)
    for facet, form in FACETS.items():
        with_it = [way for way in kept if facet in way.facets]
        if re.search(form, text, re.IGNORECASE):
            kept = with_it or kept
        elif facet in _NEEDED:
            kept = [way for way in kept if way not in with_it]
    return kept


def _ways(*texts: str) -> tuple[Way, ...]:
    return tuple(Way(text) for text in texts)


def _overlap(index: str) -> tuple[Way, ...]:
    """Write a loss of soft counts: over the places of an example, or of the whole batch."""
    soft = "(r := softmax(p) * k[..., None]) * (o := one_hot(t, n) * k[..., None])"
    head = f"(c := sum({soft}, axis=AXIS))"
    found = []
    for axis, facet in (("1", {"of each example"}), ("(0, 1)", set[str]())):
        whole = index.replace("HEAD", head).replace("AXIS", axis)
        for text, more in (
            (whole, set[str]()),
            (whole.replace("[...]", "[..., 1:]"), {_NEEDED[0]}),
        ):
            found.append(Way(text.replace("[...]", ""), frozenset(facet | more)))
    return tuple(found)


def _tversky() -> tuple[Way, ...]:
    found = []
    for one, two, facet in (("a", "b", {"alpha of positives"}), ("b", "a", set[str]())):
        below = f"c + {one} * sum(r * (1 - o), axis=AXIS) + {two} * sum((1 - r) * o, axis=AXIS) + e"
        for power in ("g", "(1 / g)"):
            text = f"mean(((1 - (HEAD + e) / ({below})) ** {power})[...], axis=-1)"
            found += [Way(way.text, way.facets | facet) for way in _overlap(text)]
    return tuple(found)


_N = "({0} / maximum(norm({0}), 1e-12)[..., None])"
_A, _B = _N.format("p"), _N.format("t")


def _contrasted() -> tuple[Way, ...]:
    """Write what compares each row with all: with or without lengths, one way or both."""
    found = []
    for one, two, facet in ((_A, _B, {"normalised"}), ("p", "t", set[str]())):
        z = f"(z := {one} @ transpose({two}) / h)"
        forth = f"-gather(log_softmax({z}), (o := arange(size(p, 0))))"
        back = "-gather(log_softmax(transpose(z)), o)"
        found += [
            Way(f"({forth} + {back}) / 2", frozenset(facet | {"symmetric"})),
            Way(forth, frozenset(facet)),
        ]
    return tuple(found)


_ABOVE = "(c := max(softmax(p), axis=1))[:, None] > arange(v) / v"
_BINS = f"({_ABOVE}) * (c[:, None] <= (arange(v) + 1) / v)"
_GAP = "((argmax(p) == t) - c)[:, None]"
LOSSES = (
    Formula(r"mse|meansquarederror|l2", "alike", _ways("(p - t) ** 2")),
    Formula(r"mae|meanabsoluteerror|l1", "alike", _ways("abs(p - t)")),
    Formula(
        r"huber",
        "alike",
        _ways("where((a := abs(p - t)) <= d, 0.5 * a ** 2, d * (a - 0.5 * d))"),
        ("d",),
    ),
    Formula(
        r"smoothl1",
        "alike",
        _ways("where((a := abs(p - t)) < d, 0.5 * a ** 2 / d, a - 0.5 * d)"),
        ("d",),
    ),
    Formula(r"logcosh", "alike", _ways("abs(p - t) + log1p(exp(-2 * abs(p - t))) - log(2)")),
    Formula(
        r"(bce|binarycrossentropy)withlogits",
        "alike",
        _ways("maximum(p, 0) - p * t + log1p(exp(-abs(p)))"),
    ),
    Formula(
        r"quantile|pinball",
        "alike",
        _ways("maximum(u * (t - p), (u - 1) * (t - p))"),
        ("u",),
        ("u",),
    ),
    Formula(
        r"charbonnier",
        "alike",
        _ways("sqrt((p - t) ** 2 + e ** 2)", "sqrt((p - t) ** 2 + e)"),
        ("e",),
        ("e",),
    ),
    Formula(
        r"(smoothed|labelsmoothing|labelsmoothed|masked|token|sequence)?crossentropy",
        "classes",
        _ways(f"w * (-(1 - s) * gather((l := log_softmax(p)), {_WHEN}) - s * mean(l, axis=-1))"),
        ("s", "ignored", "n"),
    ),
    Formula(
        r"(multiclass)?focal",
        "classes",
        _ways(f"-w * (1 - exp((l := gather(log_softmax(p), {_WHEN})))) ** g * l"),
        ("g", "ignored", "n", "w"),
    ),
    Formula(r"tversky", "classes", _tversky(), ("a", "b", "e", "ignored", "n"), ("a", "b", "e")),
    Formula(
        r"focaltversky",
        "classes",
        _tversky(),
        ("a", "b", "e", "g", "ignored", "n"),
        ("a", "b", "e", "g"),
    ),
    Formula(
        r"(soft|multiclass)?dice",
        "classes",
        tuple(
            way
            for share in (
                "(2 * HEAD + e) / (sum(r, axis=AXIS) + sum(o, axis=AXIS) + e)",
                "2 * HEAD / (sum(r, axis=AXIS) + sum(o, axis=AXIS) + e)",
                "(2 * HEAD + e) / (sum(r ** 2, axis=AXIS) + sum(o, axis=AXIS) + e)",
            )
            for way in _overlap(f"mean((1 - {share})[...], axis=-1)")
        ),
        ("e", "ignored", "n"),
        ("e",),
    ),
    Formula(
        r"(soft)?(jaccard|iou)",
        "classes",
        _overlap(
            "mean((1 - (HEAD + e) / (sum(r, axis=AXIS) + sum(o, axis=AXIS) - c + e))[...], axis=-1)"
        ),
        ("e", "ignored", "n"),
        ("e",),
    ),
    Formula(
        r"(symmetric)?infonce|clip|(in)?batchcontrastive", "pairs", _contrasted(), ("h",), ("h",)
    ),
    Formula(
        r"cosine(embedding|similarity|distance)?",
        "pairs",
        _ways(f"1 - sum({_A} * {_B}, axis=-1)"),
    ),
    Formula(
        r"triplet(margin)?",
        "triples",
        _ways(
            "maximum(norm(p - t) - norm(p - q) + m, 0)",
            "maximum(norm(p - t + 1e-6) - norm(p - q + 1e-6) + m, 0)",
            "maximum(sum((p - t) ** 2, axis=-1) - sum((p - q) ** 2, axis=-1) + m, 0)",
            f"maximum(sum({_A} * {_N.format('q')}, axis=-1) - sum({_A} * {_B}, axis=-1) + m, 0)",
        ),
        ("m",),
        ("m",),
    ),
    Formula(
        r"(gaussian|standardnormal|normal)?(kl|kldivergence)",
        "gaussian",
        _ways("-0.5 * sum(1 + t - p ** 2 - exp(t), axis=-1)"),
    ),
)
METRICS = (
    Formula(
        r"(top1|categorical|multiclass)?accuracy",
        "classes",
        _ways("mean(argmax(p) == t)"),
        ("n", "ignored"),
    ),
    Formula(
        r"top(k|n)(accuracy)?",
        "classes",
        _ways("mean(sum(argsort(-p)[:, :j] == t[:, None], axis=1))"),
        ("n", "ignored", "j"),
        ("j",),
    ),
    Formula(r"errorrate", "classes", _ways("mean(argmax(p) != t)"), ("n", "ignored")),
    Formula(
        r"macrof1|f1macro|meandice",
        "classes",
        _ways(f"mean(2 * {_BOTH} / sum(h + w, axis=0))"),
        ("n", "ignored"),
    ),
    Formula(
        r"macroprecision", "classes", _ways(f"mean({_BOTH} / sum(h, axis=0))"), ("n", "ignored")
    ),
    Formula(
        r"macrorecall|balancedaccuracy",
        "classes",
        _ways(f"mean({_BOTH} / sum(w, axis=0))"),
        ("n", "ignored"),
    ),
    Formula(
        r"(mean|macro)(iou|jaccard|intersectionoverunion)",
        "classes",
        _ways(f"mean({_BOTH} / (sum(h + w, axis=0) - sum(h * w, axis=0)))"),
        ("n", "ignored"),
    ),
    Formula(
        r"perplexity",
        "classes",
        _ways("exp(mean(-gather(log_softmax(p), t)))"),
        ("n", "ignored"),
    ),
    Formula(
        r"brier",
        "classes",
        _ways("mean(sum((softmax(p) - one_hot(t, n)) ** 2, axis=-1))"),
        ("n", "ignored"),
    ),
    Formula(
        r"(expected)?calibrationerror|ece",
        "classes",
        _ways(
            f"sum(abs(sum({_BINS} * {_GAP}, axis=0))) / size(t, 0)",
            f"sum(abs(sum({_BINS.replace('>', '>=').replace('<=', '<')} * {_GAP}, axis=0)))"
            " / size(t, 0)",
        ),
        ("n", "ignored", "v"),
        ("v",),
    ),
    Formula(
        r"cohen(s)?kappa",
        "classes",
        _ways(
            "(mean(argmax(p) == t) - (c := sum(mean(one_hot(argmax(p), n), axis=0) "
            "* mean(one_hot(t, n), axis=0)))) / (1 - c)"
        ),
        ("n", "ignored"),
    ),
    Formula(r"mse|meansquarederror", "alike", _ways("mean((p - t) ** 2)")),
    Formula(r"rmse|rootmeansquarederror", "alike", _ways("sqrt(mean((p - t) ** 2))")),
    Formula(r"mae|meanabsoluteerror", "alike", _ways("mean(abs(p - t))")),
    Formula(
        r"r2|rsquared|coefficientofdetermination",
        "alike",
        _ways("1 - sum((p - t) ** 2) / sum((t - mean(t)) ** 2)"),
    ),
    Formula(
        r"pearson(r|correlation)?",
        "alike",
        _ways("sum((a := p - mean(p)) * (c := t - mean(t))) / sqrt(sum(a ** 2) * sum(c ** 2))"),
    ),
)
