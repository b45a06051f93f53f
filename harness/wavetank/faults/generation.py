"""Generates plans from choices, which come from a seed or from Hypothesis.

A seed's plan depends on `random.Random(seed).random()` alone, whose sequence Python guarantees.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.faults.catalogue import kinds_for
from wavetank.faults.choices import SECOND, Choose, choose_from
from wavetank.faults.fault import CountedFault, Fault
from wavetank.faults.functions import HandlerCrash, NoConcurrency
from wavetank.faults.guarantee import affects_alerting, tolerated, within_guarantee
from wavetank.faults.pairs import FaultPair
from wavetank.faults.plan import FaultPlan, consistent
from wavetank.faults.targets import TICKER_TARGETS, FaultTargets

STEP = timedelta(seconds=30)
"""Windows begin and end on a tick or in the middle between two."""
HORIZON_MIN = 2 * STEP
LASTS_STEPS_MAX = 60
PREFERRED_STEPS_MIN = 20
"""Ten minutes, in which most triggers have some events."""
BRIEF_STEPS_MAX = 4
"""Two minutes, which the retries of most triggers outlast: then nothing is given up."""
FAULTS_MAX = 4
CALLS_MAX = 7
"""The calls of a tick in the assignment's script: a scan, five prices, the batch."""


def generate_plan(
    seed: int,
    horizon: timedelta,
    targets: FaultTargets = TICKER_TARGETS,
    kinds: Sequence[type[Fault]] | None = None,
    preferred: Sequence[FaultPair] = (),
) -> FaultPlan:
    """Generate one to four faults that the guarantee covers: the same for the same arguments.

    Without `kinds` they are of those that can hit something of the pipeline. With `preferred` the
    first fault is of one of these pairs, and lasts for long enough to hit something. Half of those
    that are a state are brief: a handler that loses data shows it only if it is tried again.

    Raises:
        UsageError: the horizon is too short for a fault.
    """
    source = random.Random(seed)  # noqa: S311 - a plan that can be generated again, not a secret

    def choose(least: int, greatest: int) -> int:
        return least + int(source.random() * (greatest - least + 1))

    of = kinds_for(targets) if kinds is None else kinds
    first = tuple(_preferred(choose, horizon, preferred, targets)) if preferred else ()
    count = choose(1, FAULTS_MAX) - len(first)
    others = tuple(choose_fault(choose, horizon, of, targets) for _ in range(count))
    plan = within_guarantee(consistent((*first, *others)), targets)
    # A plan that the guarantee left without its first fault would not try the pair.
    return plan if all(fault in plan.faults for fault in first[:1]) else FaultPlan(first[:1])


def _preferred(
    choose: Choose, horizon: timedelta, preferred: Sequence[FaultPair], targets: FaultTargets
) -> Iterator[Fault]:
    """A fault of one of the pairs, and for one of alerts a fault that causes some."""
    pair = choose_from(choose, preferred)
    is_brief = not issubclass(pair.kind, CountedFault) and choose(0, 1)
    steps = (1, BRIEF_STEPS_MAX) if is_brief else (PREFERRED_STEPS_MIN, LASTS_STEPS_MAX)
    lasts, after = _window(choose, horizon, *steps)
    fault = pair.kind(
        after=after, lasts=lasts, **dict(pair.hit.values), **pair.kind.generate(choose, pair.hit)
    )
    few = tolerated(fault, targets) if affects_alerting(fault, targets) else None
    yield few or fault
    if few:
        failing = [
            name for name, _ in targets.functions if not targets.is_failure_destination(name)
        ]
        for function in failing[:1]:
            yield NoConcurrency(after=after, lasts=lasts, function=function)


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
    hit = kind.targets_in(targets)[0]
    generated = kind.generate(lambda least, _: least, hit)
    naming = {item.name for item in fields(kind) if item.metadata}
    return {
        **dict(hit.values),
        **{name: value for name, value in generated.items() if name in naming},
    }


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
    kind = choose_from(choose, kinds)
    hit = choose_from(choose, kind.targets_in(targets))
    lasts, after = _window(choose, horizon, 1, LASTS_STEPS_MAX)
    return kind(after=after, lasts=lasts, **dict(hit.values), **kind.generate(choose, hit))


def _window(
    choose: Choose, horizon: timedelta, steps_min: int, steps_max: int
) -> tuple[timedelta, timedelta]:
    """How long a fault lasts, and when it begins."""
    _check_horizon(horizon)
    steps_max = min(steps_max, horizon // STEP)
    lasts = choose(min(steps_min, steps_max), steps_max) * STEP
    return lasts, choose(0, (horizon - lasts) // STEP) * STEP


def _check_horizon(horizon: timedelta) -> None:
    if horizon < HORIZON_MIN:
        expected = f"a horizon of at least {duration_text(HORIZON_MIN)} to generate faults in"
        raise UsageError(expected, str(horizon), "use a longer horizon")
