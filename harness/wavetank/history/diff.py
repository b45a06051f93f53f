"""The first difference of two histories. Equal seed, scenario and code must give equal lines."""

import json
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

SHOWN_CHARACTERS = 60
SHOWN_BEFORE = 20


@dataclass(frozen=True)
class Difference:
    """The first line that differs between two histories; None where one ended before."""

    line: int
    one: str | None
    other: str | None

    def __str__(self) -> str:
        where = f"line {self.line}"
        if self.one is None or self.other is None:
            longer, line = ("second", self.other) if self.one is None else ("first", self.one)
            return f"{where}: only the {longer} continues, with {_shortened(line)}"
        one, other = _fields(self.one), _fields(self.other)
        if one.get("event") != other.get("event") or not one:
            return f"{where}: {_shortened(self.one)} and {_shortened(self.other)}"
        differing = sorted(n for n in one.keys() | other.keys() if one.get(n) != other.get(n))
        fields = (_describe_field(name, one.get(name), other.get(name)) for name in differing)
        return f"{where}, {one['event']} at {one.get('at')}: {'; '.join(fields)}"


def first_difference(one: Path, other: Path) -> Difference | None:
    """The first difference, or None if the files are equal byte by byte. Uses constant memory.

    Raises:
        OSError: one of them cannot be read.
    """
    with (
        one.open(encoding="ascii", errors="replace", newline="\n") as ones,
        other.open(encoding="ascii", errors="replace", newline="\n") as others,
    ):
        for number, (left, right) in enumerate(zip_longest(ones, others), 1):
            if left != right:
                return Difference(number, left, right)
    return None


def _fields(line: str) -> dict[str, object]:
    """The fields of the line; empty if it is incomplete."""
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _describe_field(name: str, one: object, other: object) -> str:
    """The field with both values; of long ones, the part around the first difference."""
    texts = [value if isinstance(value, str) else json.dumps(value) for value in (one, other)]
    pairs = enumerate(zip(*texts, strict=False))
    index = next((number for number, pair in pairs if len(set(pair)) > 1), 0)
    begin = max(0, index - SHOWN_BEFORE) if max(map(len, texts)) > SHOWN_CHARACTERS else 0
    shown = [
        repr(text[begin : begin + SHOWN_CHARACTERS]) if isinstance(value, str) else text
        for value, text in zip((one, other), texts, strict=True)
    ]
    where = f" from character {begin} on" if begin else ""
    return f"{name}{where} is {shown[0]} and {shown[1]}"


def _shortened(value: object) -> str:
    text = str(value).strip()
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
