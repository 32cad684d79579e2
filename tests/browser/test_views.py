"""The static views in a real browser: what a parser of ours believes is not what a browser does."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.records import Cell, Draft, Note, Report, TestResult, Verdict
from workbench.widgets import view

HOSTILE = (
    "<script>window.taken = 1</script>",
    "<img src=x onerror='window.taken = 1'>",
    "</pre></details></table></style><svg onload='window.taken = 1'>",
    '" onmouseover="window.taken = 1" x="',
    "<a href='javascript:window.taken = 1'>here</a>",
)
PAGE = "<!doctype html><meta charset=utf-8><body style='background: {}; color: {}'>{}</body>"
# Relative luminance and contrast as WCAG 2.2 defines them (https://www.w3.org/TR/WCAG22/).
FAINTEST = """() => {
    const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const paint = layers => {
        pen.clearRect(0, 0, 1, 1);
        for (const [colour, opacity] of layers) {
            pen.globalAlpha = opacity; pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
        }
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = rgb => rgb.map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const contrast = one => {
        const line = []; let opacity = 1;
        for (let node = one; node; node = node.parentElement) line.unshift(node);
        const under = line.map(node => [getComputedStyle(node).backgroundColor, 1]);
        for (const node of line) opacity *= parseFloat(getComputedStyle(node).opacity);
        const [a, b] = [paint(under), paint([...under, [getComputedStyle(one).color, opacity]])]
            .map(luminance).sort((x, y) => y - x);
        return [(a + 0.05) / (b + 0.05), one.className, one.textContent.slice(0, 40)];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const one = walker.currentNode.parentElement;
        if (walker.currentNode.data.trim() && one.tagName !== 'STYLE') found.push(contrast(one));
    }
    return found.sort((x, y) => x[0] - y[0])[0];
}"""


def views(text: str) -> str:
    draft = Draft(
        implementer=text,
        module=text,
        cells=(Cell(id="a", role="module", path=text, source=f"x = 1  # {text}\n{text}\n"),),
        notes=(Note(kind="concern", text=text, about=text), Note(kind="assumption", text=text)),
    )
    outcomes = ("passed", "failed", "inconclusive", "exempt", "skipped")
    verdicts = tuple(Verdict(check=text, outcome=outcome, seen=text) for outcome in outcomes)
    tests = (TestResult(id=text, outcome="failed", message=text),)
    report = Report(
        spec_hash="s",
        draft_hash="d",
        verdicts=verdicts,
        tests=tests,
        guarantees={text: text},
        environment={text: text},
    )
    error = ValueError(text)
    shown = (view(draft, open_=True), view(report), view(error))
    return "".join(one._repr_html_() for one in shown)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_draft_runs_in_the_page(text: str, chromium: Any) -> None:
    page = chromium.new_page()
    page.set_content(PAGE.format("white", "black", views(text)))
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for shown in page.locator("summary").all():
        shown.hover()
    assert page.evaluate("window.taken") is None
    assert page.locator("script, img, a, iframe").count() == 0
    page.close()


@pytest.mark.parametrize(
    ("paper", "ink"), [("white", "rgba(0, 0, 0, 0.87)"), ("#111", "rgba(255, 255, 255, 0.87)")]
)
def test_every_word_stands_out_from_its_ground(paper: str, ink: str, chromium: Any) -> None:
    page = chromium.new_page()
    scheme = "light" if paper == "white" else "dark"
    page.emulate_media(color_scheme=scheme)
    page.set_content(PAGE.format(paper, ink, views("def forward(self): return 'text', 1.5")))
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    contrast, kind, text = page.evaluate(FAINTEST)
    assert contrast >= 4.5, f"{text!r} ({kind}) has a contrast of {contrast:.2f}"
    page.close()
