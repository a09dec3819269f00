"""Great Expectations' pages without anything fetched from elsewhere: they load from the folder alone and tell nobody.

As generated they ask several content networks for styles and scripts, and a store abroad for a dated logo; their
first page is
nothing without those scripts, so it is written here: every finding, breaches first, with the way to its suite's page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_REMOTE = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*https?://[^>]*>|<img\b[^>]*https?://[^>]*>|<footer\b.*?</footer>"
    # The filter buttons, which only the scripts made work.
    r"|<div class=\"card mb-3\">\s*<div class=\"card-header p-2\">\s*<strong>Actions</strong>.*?(?:</div>\s*){3}",
    re.DOTALL,
)
_STYLE = """<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1b2733; background: #fff; max-width: 72rem; margin: 2rem auto;
  padding: 0 1rem }
a { color: #0b5cad } h4 { font-size: 1.6rem; margin: 0 } h5 { font-size: 1.15rem; margin: 1.5rem 0 .3rem }
nav ol, nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .5rem 0 }
table { border-collapse: collapse; width: 100% } ul { padding-left: 1.2rem } .badge { font-weight: 600 }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #d5dde5 }
td.figure { text-align: right; font-variant-numeric: tabular-nums } .fas { font-style: normal }
.fa-check-circle::before, .passed::before { content: "\\2713\\00a0"; color: #146c2e }
.fa-times::before, .breach::before { content: "\\2717\\00a0"; color: #b3261e; font-weight: 700 }
tr.outside td { background: #fdecea }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #12181f } a { color: #7cb7ff }
  th, td { border-color: #33404d } tr.outside td { background: #4a1f1c }
  .fa-check-circle::before, .passed::before { color: #6fd58b }
  .fa-times::before, .breach::before { color: #ff8a80 } }
</style>"""


@dataclass(frozen=True)
class Line:
    """One finding as the first page shows it; `outcome` is passed, warn or error."""

    suite: str
    expectation: str
    subject: str
    observed: str
    threshold: str
    outcome: str
    reason: str


def write_index(folder: Path, lines: Sequence[Line]) -> None:
    """The first page: every finding, breaches first, each linked to its suite's page."""
    pages = {path.relative_to(folder).parts[1]: path for path in sorted((folder / "validations").rglob("*.html"))}
    breaches = sum(line.outcome != "passed" for line in lines)
    rows = "".join(
        _row(line, pages.get(line.suite), folder) for line in sorted(lines, key=lambda line: line.outcome == "passed")
    )
    headings = "".join(
        f"<th scope=col>{name}</th>"
        for name in ("result", "suite", "expectation", "subject", "observed", "threshold", "why the line is there")
    )
    (folder / "index.html").write_text(
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Data Docs</title>{_STYLE}</head><body>"
        f"<h1>Is the evaluation sound?</h1><p>{breaches} of {len(lines)} findings are outside their threshold.</p>"
        f"<table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table></body></html>",
        encoding="utf-8",
    )


def _row(line: Line, page: Path | None, folder: Path) -> str:
    passed = line.outcome == "passed"
    suite = escape(line.suite)
    linked = f'<a href="{escape(str(page.relative_to(folder)))}">{suite}</a>' if page else suite
    cells = "".join(f"<td>{escape(text)}</td>" for text in (line.expectation, line.subject))
    return (
        f'<tr class="{"inside" if passed else "outside"}">'
        f'<td class="{"passed" if passed else "breach"}">{line.outcome}</td>'
        f"<td>{linked}</td>{cells}<td class=figure>{escape(line.observed)}</td><td>{escape(line.threshold)}</td>"
        f"<td>{escape(line.reason)}</td></tr>"
    )


def make_self_contained(folder: Path) -> None:
    """Rewrite every page below `folder` so that a browser needs nothing but the folder."""
    for page in folder.rglob("*.html"):
        text = _REMOTE.sub("", page.read_text(encoding="utf-8"))
        page.write_text(text.replace("</head>", f"{_STYLE}</head>", 1), encoding="utf-8")
