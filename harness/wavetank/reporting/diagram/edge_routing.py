"""Between two rows: the lanes in which arrows turn, and below them their labels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from wavetank.reporting.diagram.graph import Edge
from wavetank.reporting.diagram.labels import label_lines

LANE_FIRST, LANE_STEP = 20, 14
WORDS_BELOW = 20
"""From the last lane to the baseline of the first line of labels."""
LABEL_LINE, LABEL_CHARACTER, BESIDE = 16, 7.3, 9
ARROW_ROOM = 12


@dataclass(frozen=True)
class Link:
    """The part of an arrow between two adjacent rows; the last part has the label."""

    edge: Edge
    upper: str
    lower: str
    is_last: bool


@dataclass(frozen=True)
class Ends:
    """The horizontal positions at which a link begins and ends."""

    start: float
    end: float
    off_middle: float


@dataclass(frozen=True)
class Label:
    """The position of an arrow's label: where its lines begin or, `to_the_left`, end."""

    lines: tuple[str, ...]
    x: float
    y: float
    to_the_left: bool

    @property
    def sides(self) -> tuple[float, float]:
        """Its leftmost and rightmost position."""
        width = max(map(len, self.lines), default=0) * LABEL_CHARACTER
        return (self.x - width, self.x) if self.to_the_left else (self.x, self.x + width)


class Gap:
    """The space between two rows of boxes, from `top` to `bottom`, with arrows and labels."""

    def __init__(self, ends: Mapping[Link, Ends], top: float) -> None:
        self._ends = ends
        self._top = top
        self._lanes = _lanes(ends)
        last_lane = top + LANE_FIRST + max(self._lanes.values(), default=0) * LANE_STEP
        self.labels = _labels(ends, last_lane + WORDS_BELOW)
        feet = [label.y + (len(label.lines) - 1) * LABEL_LINE for label in self.labels.values()]
        self.bottom = max(feet, default=last_lane) + ARROW_ROOM + LABEL_LINE

    def corners(self, link: Link) -> list[tuple[float, float]]:
        """The corners of the link: down, across in its lane, and down."""
        ends = self._ends[link]
        turn = self._top + LANE_FIRST + self._lanes[link] * LANE_STEP
        across = [(ends.start, turn), (ends.end, turn)] if ends.start != ends.end else []
        return [(ends.start, self._top), *across, (ends.end, self.bottom)]


def _labels(ends: Mapping[Link, Ends], first_line: float) -> dict[Edge, Label]:
    """Each beside its arrow, in the first line in which it overlaps no other."""
    placed: dict[Edge, Label] = {}
    for link, at in sorted(ends.items(), key=lambda item: item[1].end):
        if link.is_last and link.edge.label:
            ways = (_label(link, at, first_line + n * LABEL_LINE) for n in count())
            placed[link.edge] = next(way for way in ways if not _is_taken(way, placed.values()))
    return placed


def _label(link: Link, at: Ends, y: float) -> Label:
    """To the right; to the left if the arrow arrives from there and the picture has room."""
    lines = label_lines(link.edge.label)
    left = Label(lines, at.end - BESIDE, y, to_the_left=True)
    is_left = at.off_middle < 0 and left.sides[0] >= 0
    return left if is_left else Label(lines, at.end + BESIDE, y, to_the_left=False)


def _is_taken(label: Label, others: Iterable[Label]) -> bool:
    return any(_overlap(label, other) for other in others)


def _overlap(one: Label, other: Label) -> bool:
    (left, right), (begin, end) = one.sides, other.sides
    above, below = sorted((one, other), key=lambda label: label.y)
    apart = below.y >= above.y + len(above.lines) * LABEL_LINE
    return left < end + BESIDE and begin < right + BESIDE and not apart


def _lanes(ends: Mapping[Link, Ends]) -> dict[Link, int]:
    """A lane for each link, so that no two in a lane overlap."""
    lanes: dict[Link, int] = {}
    taken: list[tuple[float, float, int]] = []
    for link, at in sorted(ends.items(), key=lambda item: _outer_first(item[1])):
        left, right = sorted((at.start, at.end))
        busy = {n for x, r, n in taken if left < r + LANE_STEP and right > x - LANE_STEP}
        lanes[link] = 0 if left == right else next(n for n in count() if n not in busy)
        if left != right:
            taken.append((left, right, lanes[link]))
    return lanes


def _outer_first(at: Ends) -> tuple[bool, float]:
    """Leftward links turn in order of their start from the left, rightward ones from the right."""
    return at.end > at.start, at.start if at.end < at.start else -at.start
