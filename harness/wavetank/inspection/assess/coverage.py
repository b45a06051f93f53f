"""How many of the last minutes have records, by the records' own time.

A script may stamp samples with the time of its execution, so that a tick's four samples fall into
two minutes of the clock, and a missing tick leaves neither of them empty. Gaps are therefore
measured between samples: 15 seconds if none is missing, 75 if a tick is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import pluralize

REQUIREMENT = "every one of the last minutes has records"
KEY = "minutes"
MINUTE = timedelta(minutes=1)
BETWEEN_SAMPLES = timedelta(seconds=15)
JITTER = BETWEEN_SAMPLES / 2
"""A rule does not fire, and a function does not start, at the same second of each minute."""
AHEAD_MAX = timedelta(minutes=2)
"""A script may stamp its four samples with the 45 seconds to come; and clocks differ."""


@dataclass(frozen=True)
class Coverage:
    """How many of the last minutes have records: `covered` of `minutes`, gaps in `holes`.

    `minutes` is less than was asked for if the stream is not that old.
    """

    covered: int
    minutes: int
    until: datetime | None
    holes: tuple[str, ...]

    def finding(self, wanted: int, *, cut: bool) -> Finding:
        """`cut`: not all objects were read, so that gaps prove nothing."""
        if self.until is None:
            return Finding(REQUIREMENT, Verdict.UNKNOWN, "no record to check", KEY)
        evidence = f"{self.covered} of {pluralize(self.minutes, 'minute')} to {rfc3339(self.until)}"
        if self.holes:
            evidence += f"; {pluralize(len(self.holes), 'hole')}, the first {self.holes[0]}"
            verdict = Verdict.UNKNOWN if cut else Verdict.INVALID
            return Finding(REQUIREMENT, verdict, evidence, KEY)
        if self.minutes < wanted:
            evidence += f", since when the stream exists; {wanted} are required"
            return Finding(REQUIREMENT, Verdict.UNKNOWN, evidence, KEY)
        return Finding(REQUIREMENT, Verdict.VALID, evidence, KEY)


def missed_minutes(one: datetime, other: datetime) -> int:
    """How many ticks are missing between two consecutive samples."""
    return max(0, (other - one - JITTER) // MINUTE)


def cover(instants: Iterable[datetime], minutes: int, now: datetime, *, began: bool) -> Coverage:
    """The last minutes up to the newest sample; `began`: nothing was delivered before these.

    Samples in the future do not count.
    """
    found = sorted({instant for instant in instants if instant <= now + AHEAD_MAX})
    if not found:
        return Coverage(0, minutes, None, ())
    until = found[-1]
    start = until - minutes * MINUTE
    if began and found[0] > start:
        start = found[0] - BETWEEN_SAMPLES
    inside = [start, *(instant for instant in found if instant > start)]
    holes = [(one, other) for one, other in pairwise(inside) if missed_minutes(one, other)]
    whole = round((until - start) / MINUTE)
    missed = sum(missed_minutes(one, other) for one, other in holes)
    shown = tuple(f"from {rfc3339(one)} to {rfc3339(other)}" for one, other in holes)
    return Coverage(max(0, whole - missed), whole, until, shown)
