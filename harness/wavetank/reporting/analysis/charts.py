"""The charts of the notebooks; each draws a table that is already aggregated.

Vega-Lite draws them in the notebook (JupyterLab and VS Code include it), with tooltips; an SVG of
the same chart is included for pages and viewers without it. Nothing is loaded from the network.
Colours are Okabe and Ito's, which are safe for colour-blind readers; failures also have another
shape. Times are UTC.
"""

from typing import Any

import altair as alt
import polars as pl
import vl_convert

from wavetank.reporting.analysis.arrivals import BARS_MAX
from wavetank.reporting.analysis.failures import LANES
from wavetank.reporting.analysis.walk import PERCENT_MAX

WIDTH = 680
HEIGHT = 220
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000")
BLUE, ORANGE, VERMILION, GREY = PALETTE[0], PALETTE[1], PALETTE[5], "#767676"
VEGALITE = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
MIME = f"application/vnd.vegalite.v{VEGALITE.partition('.')[0]}+json"
LANE_SHAPES = ("circle", "cross", "diamond", "triangle-up", "square")
LANE_COLOURS = (BLUE, VERMILION, PALETTE[3], ORANGE, PALETTE[2])
CLOCK = {
    "year": "%Y",
    "month": "%b %Y",
    "date": "%d %b",
    "hours": "%H:%M",
    "minutes": "%H:%M",
    "seconds": "%H:%M:%S",
}
"""The label format of a time axis, by the unit that changes between labels."""


def draw_offline() -> None:
    """From now on, charts are shown without network requests."""
    alt.renderers.register("wavetank", _bundle)
    alt.renderers.enable("wavetank")


def _bundle(spec: dict[str, Any], **options: object) -> dict[str, Any]:
    del options
    svg = vl_convert.vegalite_to_svg(spec, vl_version=VEGALITE)
    return {MIME: spec, "image/svg+xml": svg, "text/plain": str(spec["description"])}


def records_over_time(arrived: pl.DataFrame) -> alt.LayerChart:
    """Records by delivery time, from `arrivals`; intervals without any are marked."""
    bars = _base(arrived).mark_bar(color=BLUE)
    delivered = bars.encode(
        x=_time("at", "delivered (UTC)"),
        x2="until:T",
        y=alt.Y("records:Q", title="records"),
        y2=alt.datum(0),
        tooltip=[_when("at", "from"), "objects:Q", "records:Q", "copies:Q"],
    )
    nothing = (
        _base(arrived.filter(pl.col("records") == 0))
        .mark_rule(color=VERMILION, strokeWidth=4)
        .encode(
            x=_time("at", "delivered (UTC)"),
            x2="until:T",
            y=alt.datum(0),
            tooltip=[_when("at", "nothing delivered from")],
        )
    )
    return _titled(delivered + nothing, "Records delivered", "orange: nothing was delivered")


def delay_over_time(delayed: pl.DataFrame) -> alt.LayerChart:
    """How late samples were, from `delays_over_time`: the median, and the least and most."""
    tooltip = [_when("at", "samples from")]
    tooltip += [alt.Tooltip(f"{name}:Q", title=f"{name} (s)") for name in _DELAYS]
    base = _base(delayed).encode(x=_time("at", "time of the samples (UTC)"), tooltip=tooltip)
    band = base.mark_rule(color=PALETTE[4], strokeWidth=3, opacity=0.6).encode(
        y=alt.Y("least:Q", title="seconds until delivered"), y2="most:Q"
    )
    median = base.mark_point(color=BLUE, filled=True, size=18, opacity=1).encode(y="median:Q")
    return _titled(band + median, "Delay of samples", "dots: median; bars: least to most")


_DELAYS = ("least", "median", "most")


def walks(lines: pl.DataFrame) -> alt.LayerChart:
    """The price of each ticker, from `price_lines`, with the range of aggregated samples."""
    tooltip: list[str | alt.Tooltip] = [
        "ticker:N",
        _when("at", "time"),
        alt.Tooltip("price:Q", format=".4f"),
        "samples:Q",
    ]
    base = _base(lines).encode(
        x=_time("at", "time of the samples (UTC)"),
        color=alt.Color(
            "ticker:N", scale=alt.Scale(range=list(PALETTE)), legend=alt.Legend(symbolOpacity=1)
        ),
        tooltip=tooltip,
    )
    area = base.mark_area(opacity=0.25).encode(
        y=alt.Y("least:Q", title="price (index points)", scale=alt.Scale(zero=False)), y2="most:Q"
    )
    line = base.mark_line(strokeWidth=1.5).encode(y="price:Q")
    return _titled(area + line, "Price walks", "one line a ticker")


def change_distribution(bins: pl.DataFrame) -> alt.FacetChart:
    """How often each change occurs, from `histogram`, compared with a uniform distribution."""
    base = alt.Chart(bins.with_columns(low=pl.col("low").round(4), high=pl.col("high").round(4)))
    bars = base.mark_bar(color=BLUE).encode(
        x=alt.X(
            "low:Q",
            title="change (%)",
            bin="binned",
            scale=alt.Scale(nice=False),
            axis=alt.Axis(values=[-PERCENT_MAX, 0, PERCENT_MAX], grid=False),
        ),
        x2="high:Q",
        y=alt.Y("changes:Q", title="changes"),
        tooltip=["ticker:N", "low:Q", "high:Q", "changes:Q", "expected:Q"],
    )
    uniform = base.mark_rule(color=VERMILION, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    limits = base.mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=alt.datum(PERCENT_MAX))
    layered = bars + uniform.encode(y="expected:Q") + limits
    layered += base.mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=alt.datum(-PERCENT_MAX))
    faceted: alt.FacetChart = (
        layered.properties(width=WIDTH // 5 - 10, height=150)
        .facet(facet=alt.Facet("ticker:N", title=None), columns=5)
        .properties(
            title=_title(
                "Changes from sample to sample",
                "orange: if they were uniform; dashed: the contract's 1 %",
            ),
            description="The changes of each ticker, beside a uniform distribution",
            background="white",
        )
    )
    return faceted


def failure_timeline(happened: pl.DataFrame, planned: pl.DataFrame) -> alt.LayerChart:
    """From attempt to alert to object, from `timeline`; `planned` are the faults, shaded."""
    marks = (
        _base(happened)
        .mark_point(filled=True, size=70, opacity=0.85)
        .encode(
            x=_time("at", "time (UTC)"),
            y=alt.Y("lane:N", sort=list(LANES), title=None, axis=alt.Axis(labelLimit=200)),
            color=_lanes(alt.Color, LANE_COLOURS),
            shape=_lanes(alt.Shape, LANE_SHAPES),
            tooltip=[_when("at", "time"), "lane:N", "detail:N"],
        )
    )
    shade = (
        alt.Chart(planned)
        .mark_rect(color=ORANGE, opacity=0.15)
        .encode(x="begins:T", x2="ends:T", tooltip=["kind:N", _when("begins", "from")])
    )
    return _titled(
        shade + marks, "From the failure to the alert and back", "shaded: a planned fault"
    )


def _lanes(channel: Any, values: tuple[str, ...]) -> Any:
    scale = alt.Scale(domain=list(LANES), range=list(values))
    return channel("lane:N", scale=scale, legend=None)


def _base(table: pl.DataFrame) -> alt.Chart:
    """The table, with the ends of its intervals if it has any."""
    if "width_seconds" in table.columns:
        span = pl.duration(milliseconds=pl.col("width_seconds") * 1000)
        table = table.with_columns(until=pl.col("at") + span)
    assert table.height <= BARS_MAX * len(PALETTE)  # charts only get aggregated tables
    return alt.Chart(table)


def _time(column: str, title: str) -> alt.X:
    axis = alt.Axis(format=CLOCK, labelOverlap=True, tickCount=8, grid=False)
    return alt.X(f"{column}:T", title=title, scale=alt.Scale(type="utc"), axis=axis)


def _when(column: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(
        f"utcmonthdatehoursminutesseconds({column}):T", title=title, format="%Y-%m-%d %H:%M:%S"
    )


def _title(text: str, subtitle: str) -> alt.TitleParams:
    return alt.TitleParams(text, subtitle=subtitle, anchor="start", subtitleColor=GREY)


def _titled(chart: alt.LayerChart, text: str, subtitle: str) -> alt.LayerChart:
    return chart.properties(
        title=_title(text, subtitle),
        description=f"{text}; {subtitle}",
        width=WIDTH,
        height=HEIGHT,
        background="white",
        padding={"left": 20, "right": 10, "top": 5, "bottom": 5},
    )
