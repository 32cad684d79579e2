"""In which style the target's commits are titled, read from its latest commits."""

from __future__ import annotations

import re
from collections import Counter
from statistics import median

from workbench.records import Evidence, Finding
from workbench.repo import topics
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN

_LATEST = 200
_FEWEST = 2
_TYPES = "feat|fix|docs|doc|style|refactor|perf|test|tests|build|ci|chore|revert"
_PREFIXES = {
    "conventional": re.compile(rf"^(?P<word>{_TYPES})(?P<scope>\([^)]*\))?!?: "),
    "bracket": re.compile(r"^(?P<word>\[[^\]]{1,30}\]) ?"),
    "area": re.compile(r"^(?P<word>[\w./-]{2,30}): "),
}
_REQUEST = re.compile(r"\s*\(#\d+\)$")
_MOODS = {"past": re.compile(r"^\w+ed$"), "present": re.compile(r"^\w{2,}[^s]s$")}
_IRREGULAR = {"made": "past", "wrote": "past", "rewrote": "past", "does": "present"}
_SMALL = {"Merge", "Bump", "Version", "Release"}


def findings(survey: Survey) -> list[Finding | None]:
    """Read the subjects of the latest commits; merges and version bumps do not count."""
    if not survey.git or not survey.commit:
        return []
    told = survey.git.ask(
        "log", f"-{_LATEST}", "--no-merges", "--no-show-signature", "--format=%h%x09%s",
        survey.commit,
    )  # fmt: skip
    commits = [line.split("\t", 1) for line in (told or "").splitlines() if "\t" in line]
    commits = [[short, subject] for short, subject in commits if _counts(subject)]
    if len(commits) < _FEWEST:
        return []
    value, agreeing = _style([subject for _, subject in commits])
    shown = [commit for commit in commits if _prefix(commit[1])[0] == value["prefix"]]
    evidence = tuple(Evidence(path=".git", text=" ".join(one)[:120]) for one in shown[:SHOWN])
    share = round(agreeing / len(commits), 3)
    return [
        Finding(
            topic=topics.COMMITS, value=value, share=share, seen=len(commits), evidence=evidence
        )
    ]


def _counts(subject: str) -> bool:
    words = subject.split()
    return len(words) > 1 and words[0] not in _SMALL and not re.match(r"^v?\d+\.\d+", subject)


def _style(subjects: list[str]) -> tuple[dict[str, object], int]:
    prefixes = [_prefix(subject) for subject in subjects]
    kinds = Counter(kind for kind, _, _ in prefixes)
    kind, agreeing = kinds.most_common(1)[0]
    of_kind = [one for one in prefixes if one[0] == kind]
    scoped = sum(bool(scope) for _, _, scope in of_kind)
    plain = [_REQUEST.sub("", subject) for subject in subjects]
    bodies = [text[len(_matched(text)) :] for text in plain]
    words = Counter(word for _, word, _ in of_kind)
    lengths = sorted(map(len, plain))
    value = {
        "prefix": kind,
        "scope": kind == "conventional" and 2 * scoped > len(of_kind),
        "capitalised": 2 * sum(body[:1].isupper() for body in bodies) > len(bodies),
        "mood": _mood(bodies),
        "length": int(median(lengths)),
        "longest": lengths[int(0.9 * (len(lengths) - 1))],
        "period": 2 * sum(text.endswith(".") for text in plain) > len(plain),
        "words": [word for word, _ in words.most_common(8) if word],
    }
    return value, agreeing


def _matched(subject: str) -> str:
    for pattern in _PREFIXES.values():
        match = pattern.match(subject)
        if match:
            return match[0]
    return ""


def _prefix(subject: str) -> tuple[str, str, str]:
    for kind, pattern in _PREFIXES.items():
        match = pattern.match(subject)
        if match:
            return kind, match["word"], match.groupdict().get("scope") or ""
    return "none", "", ""


def _mood(bodies: list[str]) -> str:
    """Tell whether most first words are imperative (Add), past (Added) or present (Adds)."""
    moods: Counter[str] = Counter()
    for body in bodies:
        word = (body.split() or [""])[0].lower().strip(":,.")
        mood = _IRREGULAR.get(word, "")
        if word not in {"need", "embed", "speed", "seed", "feed", "process", "pass"}:
            mood = mood or next((m for m, pattern in _MOODS.items() if pattern.match(word)), "")
        moods[mood or "imperative"] += 1
    return moods.most_common(1)[0][0] if moods else "imperative"
