"""Generates plans from choices, which come from a seed or from Hypothesis.

A seed's plan depends on `random.Random(seed).random()` alone, whose sequence Python guarantees.
"""

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.faults.catalogue import kinds_for
from wavetank.faults.choices import SECOND, Choose
from wavetank.faults.coverage import within_guarantee
from wavetank.faults.fault import Fault
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.plan import FaultPlan, consistent
from wavetank.faults.targets import TICKER_TARGETS, FaultTargets

STEP = timedelta(seconds=30)
"""Windows begin and end on a tick or in the middle between two."""
HORIZON_MIN = 2 * STEP
LASTS_STEPS_MAX = 60
FAULTS_MAX = 4
CALLS_MAX = 7
"""The calls of a tick in the assignment's script: a scan, five prices, the batch."""


def generate_plan(
    seed: int,
    horizon: timedelta,
    targets: FaultTargets = TICKER_TARGETS,
    kinds: Sequence[type[Fault]] | None = None,
) -> FaultPlan:
    """Generate one to four faults that the guarantee covers: the same for the same seed.

    Without `kinds` they are of those that can hit something of the pipeline.

    Raises:
        UsageError: the horizon is too short for a fault.
    """
    source = random.Random(seed)  # noqa: S311 - a plan that can be generated again, not a secret

    def choose(least: int, greatest: int) -> int:
        return least + int(source.random() * (greatest - least + 1))

    of = kinds_for(targets) if kinds is None else kinds
    count = choose(1, FAULTS_MAX)
    chosen = (choose_fault(choose, horizon, of, targets) for _ in range(count))
    return within_guarantee(consistent(chosen))


def single_faults(
    horizon: timedelta,
    targets: FaultTargets = TICKER_TARGETS,
    kinds: Sequence[type[Fault]] | None = None,
) -> tuple[Fault, ...]:
    """Each kind once with its defaults, early in the run and reverted before its end.

    Kinds are those of `generate_plan`. The defaults name parts of the ticker: for another pipeline,
    the first of its targets are named instead.

    Raises:
        UsageError: the horizon is too short for a fault.
    """
    _check_horizon(horizon)
    after, half = (horizon // part // SECOND * SECOND for part in (4, 2))
    of = kinds_for(targets) if kinds is None else kinds
    return tuple(
        kind(after=after, lasts=min(kind(after=after).lasts, half), **_named(kind, targets))
        for kind in of
    )


def _named(kind: type[Fault], targets: FaultTargets) -> dict[str, Any]:
    """The fields by which a fault names what it hits, for another pipeline than the ticker."""
    if targets == TICKER_TARGETS:
        return {}
    simplest = kind.generate(lambda least, _: least, targets)
    naming = {item.name for item in fields(kind) if item.metadata}
    return {name: value for name, value in simplest.items() if name in naming}


def revealing_faults(
    horizon: timedelta, targets: FaultTargets = TICKER_TARGETS
) -> tuple[Fault, ...]:
    """Each kind once, and a crash after each call that a simple handler may make.

    Raises:
        UsageError: the horizon is too short for a fault.
    """
    singles = single_faults(horizon, targets)
    crashes = (fault for fault in singles if isinstance(fault, HandlerCrash))
    others = (replace(c, call_number=number) for c in crashes for number in range(2, CALLS_MAX + 1))
    return (*singles, *others)


def choose_fault(
    choose: Choose, horizon: timedelta, kinds: Sequence[type[Fault]], targets: FaultTargets
) -> Fault:
    """Choose a fault that is injected and reverted within the horizon."""
    _check_horizon(horizon)
    kind = kinds[choose(0, len(kinds) - 1)]
    lasts = choose(1, min(LASTS_STEPS_MAX, horizon // STEP)) * STEP
    after = choose(0, (horizon - lasts) // STEP) * STEP
    return kind(after=after, lasts=lasts, **kind.generate(choose, targets))


def _check_horizon(horizon: timedelta) -> None:
    if horizon < HORIZON_MIN:
        expected = f"a horizon of at least {duration_text(HORIZON_MIN)} to generate faults in"
        raise UsageError(expected, str(horizon), "use a longer horizon")
