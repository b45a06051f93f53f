"""Makes the numbers of a plan as small as they can be, with Hypothesis.

A module of its own that is imported when a case has to be shrunk: importing Hypothesis takes a
fifth of a second, which no other command should wait for.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.database import ExampleDatabase, choices_to_bytes

from wavetank.faults.plan import FaultPlan
from wavetank.faults.shrinking import choices_of, smaller_plans

EXAMPLES_MAX = 10_000
"""More than any budget: Hypothesis asks about plans that are known, too."""
UNFINISHED = b".secondary"
"""The end of the keys under which Hypothesis stores examples that are not shrunk completely."""


def simplest(plan: FaultPlan, breaks: Callable[[FaultPlan], bool]) -> FaultPlan:
    """The smallest plan of the same faults for which `breaks` is true, searched from `plan` on."""
    found = plan

    def look(smaller: FaultPlan) -> None:
        nonlocal found
        if breaks(smaller):
            found = smaller
            raise _FoundError

    options = settings(
        database=_Beginning(choices_of(plan)),
        deadline=None,
        derandomize=False,
        max_examples=EXAMPLES_MAX,
        phases=[Phase.reuse, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    with suppress(_FoundError):  # Hypothesis ends with the smallest, once more
        options(seed(0)(given(smaller_plans(plan))(look)))()
    return found


class _FoundError(Exception):
    """Tells Hypothesis that a plan is of those that are looked for."""


class _Beginning(ExampleDatabase):
    """Has Hypothesis begin with one example, whatever it looks for, and keeps no others."""

    def __init__(self, choices: Sequence[int]) -> None:
        self._example = choices_to_bytes(choices)

    def fetch(self, key: bytes) -> Iterable[bytes]:
        return [self._example] if key.endswith(UNFINISHED) else []

    def save(self, key: bytes, value: bytes) -> None:
        """Nothing is kept."""

    def delete(self, key: bytes, value: bytes) -> None:
        """As above."""
