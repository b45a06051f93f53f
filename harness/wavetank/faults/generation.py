"""Generates plans from choices, which come from a seed or from Hypothesis.

A seed's plan depends on `random.Random(seed).random()` alone, whose sequence Python guarantees.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.faults.catalogue import VIRTUAL_KINDS
from wavetank.faults.choices import SECOND, Choose
from wavetank.faults.coverage import within_guarantee
from wavetank.faults.fault import Fault
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.plan import FaultPlan, consistent

STEP = timedelta(seconds=30)
"""Windows begin and end on a tick or in the middle between two."""
HORIZON_MIN = 2 * STEP
LASTS_STEPS_MAX = 60
FAULTS_MAX = 4
CALLS_MAX = 7
"""The calls of a tick in the assignment's script: a scan, five prices, the batch."""


def generate_plan(
    seed: int, horizon: timedelta, kinds: Sequence[type[Fault]] = VIRTUAL_KINDS
) -> FaultPlan:
    """Generate one to four faults that the guarantee covers: the same for the same seed.

    Raises:
        UsageError: the horizon is too short for a fault.
    """
    source = random.Random(seed)  # noqa: S311 - a plan that can be generated again, not a secret

    def choose(least: int, greatest: int) -> int:
        return least + int(source.random() * (greatest - least + 1))

    count = choose(1, FAULTS_MAX)
    return within_guarantee(consistent(choose_fault(choose, horizon, kinds) for _ in range(count)))


def single_faults(
    horizon: timedelta, kinds: Sequence[type[Fault]] = VIRTUAL_KINDS
) -> tuple[Fault, ...]:
    """Each kind once with its defaults, early in the run and reverted before its end.

    Raises:
        UsageError: the horizon is too short for a fault.
    """
    _check_horizon(horizon)
    after, half = (horizon // part // SECOND * SECOND for part in (4, 2))
    made = (kind(after=after) for kind in kinds)
    return tuple(type(fault)(after=after, lasts=min(fault.lasts, half)) for fault in made)


def revealing_faults(horizon: timedelta) -> tuple[Fault, ...]:
    """Each kind once, and a crash after each call that a simple handler may make.

    Raises:
        UsageError: the horizon is too short for a fault.
    """
    singles = single_faults(horizon)
    crash = next(fault for fault in singles if isinstance(fault, HandlerCrash))
    others = (replace(crash, call_number=number) for number in range(2, CALLS_MAX + 1))
    return (*singles, *others)


def choose_fault(choose: Choose, horizon: timedelta, kinds: Sequence[type[Fault]]) -> Fault:
    """Choose a fault that is injected and reverted within the horizon."""
    _check_horizon(horizon)
    kind = kinds[choose(0, len(kinds) - 1)]
    lasts = choose(1, min(LASTS_STEPS_MAX, horizon // STEP)) * STEP
    after = choose(0, (horizon - lasts) // STEP) * STEP
    return kind(after=after, lasts=lasts, **kind.generate(choose))


def _check_horizon(horizon: timedelta) -> None:
    if horizon < HORIZON_MIN:
        expected = f"a horizon of at least {duration_text(HORIZON_MIN)} to generate faults in"
        raise UsageError(expected, str(horizon), "use a longer horizon")
