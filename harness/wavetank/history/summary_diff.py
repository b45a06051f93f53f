"""The differences of two outcome summaries, each in a line with both sides; all are listed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wavetank.history.outcome_entries import OutcomeSummary

NOTHING = "nothing"
SHOWN_CHARACTERS = 80
SHOWN_BEFORE = 20


class DifferenceGroup(StrEnum):
    """The kinds of entries of an outcome summary, in the order in which they are compared."""

    TICK = "tick"
    OTHER = "function"
    RECORD = "record"
    ALERT = "alert"
    ITEM = "item"


@dataclass(frozen=True)
class SummaryDifference:
    """An entry that differs between two summaries, with both values as text."""

    group: DifferenceGroup
    what: str
    one: str
    other: str

    def __str__(self) -> str:
        one, other = _shown(self.one, self.other)
        return f"{self.group} {self.what}: {one} | {other}"


def summary_differences(one: OutcomeSummary, other: OutcomeSummary) -> list[SummaryDifference]:
    """All differences, group by group, each group in the order of its keys."""
    pairs: tuple[tuple[DifferenceGroup, Mapping[Any, object], Mapping[Any, object]], ...] = (
        (DifferenceGroup.TICK, one.ticks, other.ticks),
        (DifferenceGroup.OTHER, one.others, other.others),
        (DifferenceGroup.RECORD, one.records, other.records),
        (DifferenceGroup.ALERT, one.alerts, other.alerts),
        (DifferenceGroup.ITEM, one.items, other.items),
    )
    return [found for group, left, right in pairs for found in _compared(group, left, right)]


def _compared(
    group: DifferenceGroup, one: Mapping[Any, object], other: Mapping[Any, object]
) -> Iterator[SummaryDifference]:
    for key in sorted(one.keys() | other.keys()):
        left, right = one.get(key), other.get(key)
        if left != right:
            yield SummaryDifference(group, _one_line(key), _describe(left), _describe(right))


def _describe(entry: object) -> str:
    """The whole entry in one line."""
    match entry:
        case None:
            return NOTHING
        case tuple():
            texts = [_one_line(part) for part in entry]
            copies = {text: texts.count(text) for text in texts}
            parts = [f"{text} x{count}" if count > 1 else text for text, count in copies.items()]
            return "; ".join(parts)
        case _:
            return _one_line(entry)


def _one_line(part: object) -> str:
    return str(part).encode("unicode_escape").decode()


def _shown(one: str, other: str) -> tuple[str, str]:
    """Both texts; of long ones, the part around the first difference."""
    if max(len(one), len(other)) <= SHOWN_CHARACTERS:
        return one, other
    pairs = enumerate(zip(one, other, strict=False))
    index = next((n for n, (left, right) in pairs if left != right), min(len(one), len(other)))
    begin = max(0, index - SHOWN_BEFORE)
    return _excerpt(one, begin), _excerpt(other, begin)


def _excerpt(text: str, begin: int) -> str:
    if text == NOTHING:
        return text
    end = begin + SHOWN_CHARACTERS
    return f"{'...' if begin else ''}{text[begin:end]}{'...' if end < len(text) else ''}"
