"""The one style sheet of the views: it takes its colours from the page, light or dark.

Text keeps the page's own colour, and code is coloured by mixing a little into it. State is told by
a sign and a word first; the tint behind them follows Okabe and Ito's palette, which colour-blind
people can tell apart (https://jfly.uni-koeln.de/color/). Nothing is below 12 px, and nothing is
loaded from anywhere.
"""

from __future__ import annotations

from workbench.widgets._html import Html

GREEN, VERMILION, ORANGE, BLUE, GREY = "#009e73", "#d55e00", "#e69f00", "#0072b2", "#808080"

_CSS = f"""
.wb {{ font-family: var(--jp-content-font-family, system-ui, sans-serif); font-size: 14px;
  line-height: 1.5; color: var(--jp-content-font-color1, inherit); max-width: 1120px;
  --wb-line: color-mix(in srgb, currentColor 18%, transparent);
  --wb-soft: color-mix(in srgb, currentColor 5%, transparent);
  --wb-good: {GREEN}; --wb-bad: {VERMILION}; --wb-warn: {ORANGE}; --wb-note: {BLUE};
  --wb-none: {GREY}; --wb-mono: var(--jp-code-font-family, ui-monospace, monospace); }}
.wb .wb-head {{ display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px;
  margin: 4px 0 8px; }}
.wb .wb-title {{ font-size: 18px; font-weight: 600; }}
.wb .wb-sub {{ font-size: 13px; opacity: .75; }}
.wb h4 {{ font-size: 14px; font-weight: 600; margin: 14px 0 4px; }}
.wb table.wb-table {{ border-collapse: collapse; width: 100%; margin: 4px 0 8px; font-size: 13px;
  table-layout: auto; border: 0; }}
.wb .wb-table th, .wb .wb-table td {{ text-align: left; vertical-align: top; padding: 5px 10px;
  border: 0; border-bottom: 1px solid var(--wb-line); background: none; white-space: normal;
  max-width: none; overflow-wrap: anywhere; }}
.wb .wb-table th {{ font-size: 12px; font-weight: 600; opacity: .75; white-space: nowrap;
  overflow-wrap: normal; }}
.wb .wb-table td.wb-tight {{ white-space: nowrap; width: 1%; overflow-wrap: normal; }}
.wb .wb-table td.wb-number {{ text-align: right; white-space: nowrap; width: 1%;
  font-variant-numeric: tabular-nums; }}
.wb .wb-table td.wb-wide {{ width: 45%; }}
.wb code, .wb pre {{ font-family: var(--wb-mono); font-size: 12.5px; color: inherit;
  background: none; padding: 0; border: 0; }}
.wb code {{ background: var(--wb-soft); padding: 1px 4px; border-radius: 3px; }}
.wb pre {{ background: var(--wb-soft); padding: 8px 12px; border-radius: 4px; overflow-x: auto;
  line-height: 1.45; margin: 6px 0; white-space: pre; }}
.wb pre.wb-all {{ user-select: all; max-height: 360px; overflow: auto; }}
.wb .wb-copied {{ position: relative; }}
.wb .wb-copied > .wb-jump {{ position: absolute; top: 6px; right: 18px; }}
.wb pre.wb-wrap {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
.wb blockquote {{ margin: 6px 0; padding: 4px 14px; border-left: 3px solid var(--wb-line);
  white-space: pre-wrap; }}
.wb .wb-badge {{ display: inline-block; white-space: nowrap; font-size: 12px; font-weight: 600;
  line-height: 20px; padding: 0 8px; border-radius: 10px; border: 1px solid var(--wb-tone);
  background: color-mix(in srgb, var(--wb-tone) 16%, transparent); }}
.wb .wb-good {{ --wb-tone: var(--wb-good); }} .wb .wb-bad {{ --wb-tone: var(--wb-bad); }}
.wb .wb-warn {{ --wb-tone: var(--wb-warn); }} .wb .wb-note {{ --wb-tone: var(--wb-note); }}
.wb .wb-none {{ --wb-tone: var(--wb-none); }}
.wb tr.wb-bad td {{ background: color-mix(in srgb, var(--wb-bad) 8%, transparent); }}
.wb .wb-jump {{ font: inherit; font-size: 12.5px; color: inherit; cursor: pointer; padding: 0 8px;
  border: 1px solid var(--wb-note); border-radius: 4px;
  background: color-mix(in srgb, var(--wb-note) 12%, transparent); }}
.wb .wb-jump:focus-visible {{ outline: 2px solid var(--wb-note); outline-offset: 2px; }}
body:not(.wb-front-end) .wb [data-wb-copy], body:not(.wb-front-end) .wb [data-wb-cell] {{
  display: none; }}
body:not(.wb-front-end) .wb [data-wb-open] {{ pointer-events: none; border: 0; background: none; }}
.wb .wb-read {{ white-space: pre-wrap; margin: 6px 0; line-height: 1.9; }}
.wb mark {{ color: inherit; background: none; border-radius: 3px; padding: 1px 3px; }}
.wb mark.wb-known {{ background: color-mix(in srgb, var(--wb-good) 18%, transparent);
  border-bottom: 2px solid var(--wb-good); }}
.wb mark.wb-gap {{ background: color-mix(in srgb, var(--wb-warn) 24%, transparent);
  border-bottom: 2px dashed var(--wb-warn); }}
.wb mark small {{ font-family: var(--wb-mono); font-size: 12px; margin-left: 6px; opacity: .8; }}
.wb .wb-figures {{ display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 8px 0; }}
.wb .wb-figures b {{ display: block; font-size: 17px; font-weight: 600;
  font-variant-numeric: tabular-nums; }}
.wb .wb-half {{ max-height: 300px; }}
.wb .wb-maps {{ display: flex; flex-wrap: wrap; gap: 10px 32px; }}
.wb figure {{ margin: 6px 0; }}
.wb table.wb-heat {{ border-collapse: separate; border-spacing: 1px; font-size: 12px;
  width: auto; margin: 4px 0; }}
.wb .wb-heat th {{ font-weight: 400; font-size: 12px; padding: 1px 6px; text-align: right;
  background: none; white-space: nowrap; }}
.wb .wb-heat td {{ min-width: 22px; height: 20px; padding: 0; text-align: center;
  background: var(--wb-soft); }}
.wb .wb-figured td {{ padding: 0 8px; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.wb details {{ margin: 2px 0; }}
.wb summary {{ cursor: pointer; }}
.wb summary:focus-visible {{ outline: 2px solid var(--wb-note); outline-offset: 2px; }}
.wb .wb-box {{ border: 1px solid var(--wb-line); border-radius: 6px; padding: 6px 12px;
  margin: 8px 0; }}
.wb .wb-box > summary {{ font-weight: 600; }}
.wb .wb-cards {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr));
  gap: 8px; margin: 8px 0; }}
.wb .wb-card {{ border: 1px solid var(--wb-line); border-left: 4px solid var(--wb-tone);
  border-radius: 4px; padding: 6px 12px; font-size: 13px; }}
.wb .wb-card p {{ margin: 4px 0; }}
.wb .wb-dim {{ opacity: .75; }}
.wb .wb-scroll {{ overflow: auto; max-height: 560px; }}
.wb .wb-low {{ max-height: 220px; font-size: 13px; }}
.wb .wb-low p {{ margin: 4px 0; }}
.wb .wb-stream {{ display: flex; flex-direction: column-reverse; margin: 6px 0; padding: 6px 12px;
  border: 1px solid var(--wb-line); border-radius: 4px; overflow-wrap: anywhere; }}
.wb .wb-stream pre {{ margin: 2px 0 4px; }}
.wb .wb-live {{ white-space: pre-wrap; }}
.wb svg {{ display: block; }}
.wb .wb-mono {{ font-family: var(--wb-mono); font-size: 12.5px; }}
.wb .wb-flow .wb-table td {{ padding: 2px 10px; border: 0; vertical-align: middle; }}
.wb .wb-flow .wb-table td.wb-tight {{ white-space: nowrap; }}
.wb .wb-node {{ font-family: var(--wb-mono); font-size: 12.5px; line-height: 22px;
  padding: 1px 10px; border: 1px solid color-mix(in srgb, var(--wb-note) 70%, transparent);
  border-radius: 5px; background: color-mix(in srgb, var(--wb-note) 12%, transparent); }}
.wb .wb-node.wb-group {{ border: 1px dashed var(--wb-line); background: var(--wb-soft); }}
.wb h3.wb-panel {{ font-size: 17px; font-weight: 600; margin: 2px 0 6px; }}
.wb-app {{ max-width: 1160px; }}
.wb-part {{ border: 1px solid var(--jp-border-color2, #8886); border-radius: 8px;
  padding: 8px 16px 12px; margin: 0 0 12px; overflow: visible; }}
.wb-part .widget-html-content, .wb-part .jupyter-widgets-html-content {{ line-height: 1.5;
  min-width: 0; }}
.wb-two {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(440px, 1fr));
  gap: 2px 18px; overflow: visible; }}
.wb-tall {{ max-height: 460px; overflow: auto; align-content: start; }}
.wb-beside-label {{ margin-left: 96px; }}
.wb-code textarea {{ font-family: var(--jp-code-font-family, ui-monospace, monospace);
  font-size: 13px; line-height: 1.45; white-space: pre; overflow-x: auto; }}
.wb .k, .wb .kn, .wb .kc, .wb .ow {{ color: color-mix(in srgb, #8250df 52%, currentColor);
  font-weight: 600; }}
.wb .s, .wb .s1, .wb .s2, .wb .sa, .wb .sd, .wb .si {{
  color: color-mix(in srgb, #b35900 52%, currentColor); }}
.wb .c1, .wb .ch {{ color: color-mix(in srgb, #408080 52%, currentColor); font-style: italic; }}
.wb .mi, .wb .mf {{ color: color-mix(in srgb, #087 52%, currentColor); }}
.wb .nc, .wb .nf, .wb .fm {{ color: color-mix(in srgb, #0550ae 52%, currentColor); }}
.wb .nb, .wb .bp {{ color: color-mix(in srgb, #087 52%, currentColor); }}
.wb .nd {{ color: color-mix(in srgb, #8250df 52%, currentColor); }}
.wb .gd {{ background: color-mix(in srgb, var(--wb-bad) 16%, transparent); }}
.wb .gi {{ background: color-mix(in srgb, var(--wb-good) 16%, transparent); }}
"""

# Our own text, so it is not escaped: a style sheet is no place for entities.
STYLE = Html(f"<style>{_CSS}</style>")
