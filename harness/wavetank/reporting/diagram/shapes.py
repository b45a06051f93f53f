"""An icon for each kind of box, in strokes on 20 by 20 pixels, and the picture's colours."""

from collections.abc import Mapping

from wavetank.reporting.diagram.graph import BoxKind

SIGNS: Mapping[BoxKind, str] = {
    BoxKind.RULE: "M10 3a7 7 0 1 0 .01 0M10 6.5V10l3 2",
    BoxKind.SCHEDULE: "M3 5h14v12H3zM3 8.5h14M7 3v4M13 3v4",
    BoxKind.FUNCTION: "M5 4h2.5L14 16h2M9 8.5L5 16",
    BoxKind.TABLE: "M4 5.5a6 2.5 0 1 0 12 0a6 2.5 0 1 0-12 0v9a6 2.5 0 0 0 12 0v-9"
    "M4 10a6 2.5 0 0 0 12 0",
    BoxKind.STREAM: "M3 6q3.5-3 7 0t7 0M3 10q3.5-3 7 0t7 0M3 14q3.5-3 7 0t7 0",
    BoxKind.BUCKET: (
        "M3.5 5.5a6.5 2.2 0 1 0 13 0a6.5 2.2 0 1 0-13 0l1.8 10.2q4.7 2.2 9.4 0l1.8-10.2"
    ),
    BoxKind.TOPIC: "M3 8v4h3l6 4V4L6 8zM15 7.5q2 2.5 0 5",
    BoxKind.QUEUE: "M3 6h4v8H3zM8 6h4v8H8zM13 6h4v8h-4z",
    BoxKind.MAIL: "M3 5h14v10H3zM3 6l7 5l7-5",
    BoxKind.READERS: "M10 3.5a3 3 0 1 0 .01 0M4 16.5q0-6 6-6t6 6",
}

ACCENTS: Mapping[BoxKind, tuple[str, str]] = {
    BoxKind.RULE: ("#7c3aed", "#b794f6"),
    BoxKind.SCHEDULE: ("#7c3aed", "#b794f6"),
    BoxKind.FUNCTION: ("#b45309", "#f0a04b"),
    BoxKind.TABLE: ("#1d4ed8", "#79a6ff"),
    BoxKind.STREAM: ("#0f766e", "#4fd1c0"),
    BoxKind.BUCKET: ("#15803d", "#5fd38a"),
    BoxKind.TOPIC: ("#be185d", "#f783b5"),
    BoxKind.QUEUE: ("#be185d", "#f783b5"),
    BoxKind.MAIL: ("#475569", "#a9b4c2"),
    BoxKind.READERS: ("#475569", "#a9b4c2"),
}
"""For light and for dark colour schemes."""

STYLE = """
text {{ font: 500 15px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }}
.service {{ font-weight: 700; fill: {ink} }}
.name, .label {{ font: 12.5px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }}
.label {{ font-size: 12px }}
.before {{ text-anchor: end }}
.name {{ fill: {ink} }}
.note {{ font-size: 12px; font-weight: 400; fill: {faint} }}
.page {{ fill: {page}; stroke: {line} }}
.box {{ fill: {box}; stroke: {line}; stroke-width: 1.25 }}
.sign {{ fill: none; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }}
.arrow {{ fill: none; stroke-width: 1.75 }}
.work {{ stroke: {work} }}
.alert {{ stroke: {alert}; stroke-dasharray: 6 4 }}
.label.work, .label.alert {{ stroke: {page}; stroke-width: 5; stroke-linejoin: round;
  stroke-dasharray: none; paint-order: stroke }}
.label.work, .tip.work {{ fill: {work} }}
.label.alert, .tip.alert {{ fill: {alert} }}
.tip {{ stroke: none }}
"""
LIGHT = {
    "ink": "#1b2733",
    "faint": "#57646f",
    "page": "#f7f9fb",
    "box": "#ffffff",
    "line": "#c9d3dc",
    "work": "#3d5166",
    "alert": "#b42318",
}
DARK = {
    "ink": "#eef3f8",
    "faint": "#a3b0bd",
    "page": "#10171f",
    "box": "#1a242f",
    "line": "#3a4857",
    "work": "#a9bdd1",
    "alert": "#ff8a73",
}


def style() -> str:
    """The style sheet, for light and dark colour schemes."""
    dark = STYLE.format(**DARK) + _accents(1)
    return f"{STYLE.format(**LIGHT)}{_accents(0)}@media (prefers-color-scheme: dark) {{{dark}}}\n"


def _accents(which: int) -> str:
    return "".join(
        f".{kind} .sign {{ stroke: {colours[which]} }}\n"
        f".{kind} .seat {{ fill: {colours[which]}; fill-opacity: .13 }}\n"
        for kind, colours in ACCENTS.items()
    )
