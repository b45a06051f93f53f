"""The differences of two ledgers: each in a line with both sides, none left out or summed up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wavetank.history.outcome_entries import OutcomeSummary

NOTHING = "nothing"
SHOWN_CHARACTERS = 80
SHOWN_BEFORE = 20


class DifferenceGroup(StrEnum):
    """What of a story differs, in the order in which differences are listed."""

    TICK = "tick"
    OTHER = "function"
    RECORD = "record"
    ALERT = "alert"
    ITEM = "item"


@dataclass(frozen=True)
class SummaryDifference:
    """An entry that the two ledgers do not have alike, with what each has of it."""

    group: DifferenceGroup
    what: str
    one: str
    other: str

    def __str__(self) -> str:
        one, other = _shown(self.one, self.other)
        return f"{self.group} {self.what}: {one} | {other}"


def summary_differences(one: OutcomeSummary, other: OutcomeSummary) -> list[SummaryDifference]:
    """What the ledgers do not have alike, group by group, in the order of the story's own time."""
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
            yield SummaryDifference(group, _one_line(key), _told(left), _told(right))


def _told(entry: object) -> str:
    """All of it, in one line."""
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
    """Both; of long ones what stands around the place where they part."""
    if max(len(one), len(other)) <= SHOWN_CHARACTERS:
        return one, other
    pairs = enumerate(zip(one, other, strict=False))
    place = next((n for n, (left, right) in pairs if left != right), min(len(one), len(other)))
    begin = max(0, place - SHOWN_BEFORE)
    return _cut(one, begin), _cut(other, begin)


def _cut(text: str, begin: int) -> str:
    if text == NOTHING:
        return text
    end = begin + SHOWN_CHARACTERS
    return f"{'...' if begin else ''}{text[begin:end]}{'...' if end < len(text) else ''}"
