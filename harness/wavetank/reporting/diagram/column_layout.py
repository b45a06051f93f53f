"""Horizontal positions of boxes and waypoints."""

import itertools
from collections.abc import Callable, Mapping, Sequence

from wavetank.reporting.diagram.layers import Layers

BESIDE = 28
"""Distance between two boxes of a row, in pixels."""
PASSES = (True, False, True, False, True)
"""Downward or upward; the last pass aligns each row with the one above it."""

type Width = Callable[[str], float]


def middles(layers: Layers, width: Width, margin: float) -> dict[str, float]:
    """The middle of each item, as near as possible to those above and below it."""
    middle: dict[str, float] = {}
    for row in layers.rows:
        middle |= dict(zip(row, _apart([0.0] * len(row), row, width), strict=True))
    links = [pair for way in layers.ways.values() for pair in itertools.pairwise(way)]
    for downward in PASSES:
        for row in layers.rows if downward else layers.rows[::-1]:
            wanted = [_wanted(id_, links, middle, downward=downward) for id_ in row]
            middle |= dict(zip(row, _apart(wanted, row, width), strict=True))
    left = min((x - width(id_) / 2 for id_, x in middle.items()), default=0)
    return {id_: round(x - left + margin) for id_, x in middle.items()}


def _wanted(
    id_: str, links: Sequence[tuple[str, str]], middle: Mapping[str, float], *, downward: bool
) -> float:
    """The mean of its neighbours above or below; its own position without any."""
    beside = [a if downward else b for a, b in links if (b if downward else a) == id_]
    return sum(middle[other] for other in beside) / len(beside) if beside else middle[id_]


def _apart(wanted: Sequence[float], row: Sequence[str], width: Width) -> list[float]:
    """The nearest positions to those wanted, by least squares, at which nothing overlaps.

    [pool adjacent violators, of isotonic regression]
    """
    offsets = [0.0]
    for one, other in itertools.pairwise(row):
        offsets.append(offsets[-1] + (width(one) + width(other)) / 2 + BESIDE)
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        mean, count = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            above, more = blocks.pop()
            mean, count = (above * more + mean * count) / (more + count), more + count
        blocks.append((mean, count))
    flat = [mean for mean, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=False)]
