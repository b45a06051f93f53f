"""Shrinks a plan: some of its faults, each earlier, shorter or less often.

As in `generation`, a choice is an integer between two others, and the smaller one is the simpler.
Always choosing the greatest gives the plan itself. Every choice is made, in one order and between
the same two numbers, whatever was chosen before, so that a list of choices stays valid if one of
them is changed.
"""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from wavetank.faults.choices import SECOND, Choose
from wavetank.faults.fault import TIMES_MAX, Fault
from wavetank.faults.generation import STEP
from wavetank.faults.plan import FaultPlan, consistent

WINDOW = {"after": 0, "lasts": 1}
"""The fields that are counted in steps, and the fewest steps of each."""


def choose_smaller(choose: Choose, plan: FaultPlan) -> FaultPlan:
    """Choose the plan or a part of it."""
    chosen = [(choose(0, 1), _smaller(choose, fault)) for fault in plan.faults]
    return consistent(fault for is_included, fault in chosen if is_included)


@st.composite
def smaller_plans(draw: st.DrawFn, plan: FaultPlan) -> FaultPlan:
    """A Hypothesis strategy of `choose_smaller`; the simplest plan is empty."""
    return choose_smaller(lambda least, greatest: draw(st.integers(least, greatest)), plan)


def choices_of(plan: FaultPlan) -> tuple[int, ...]:
    """The choices that give the plan itself."""
    choices: list[int] = []

    def choose(_: int, greatest: int) -> int:
        choices.append(greatest)
        return greatest

    choose_smaller(choose, plan)
    return tuple(choices)


def _smaller(choose: Choose, fault: Fault) -> Fault:
    names = [field.name for field in fields(fault)]
    return replace(fault, **{n: _smaller_value(choose, n, getattr(fault, n)) for n in names})


def _smaller_value(choose: Choose, name: str, value: object) -> Any:
    match value:
        case timedelta() if name in WINDOW:
            return _shorter(choose, value, STEP, WINDOW[name])
        case timedelta():
            return _shorter(choose, value, SECOND, 1)
        case int():
            return choose(1, value)
        case tuple():
            remaining = tuple(entry for entry in value if choose(0, 1))
            return remaining or value[:1]
        case None:  # without a limit
            times = choose(1, TIMES_MAX + 1)
            return None if times > TIMES_MAX else times
    return value


def _shorter(choose: Choose, duration: timedelta, step: timedelta, least: int) -> timedelta:
    """Choose whole steps, or the unchanged duration to the millisecond."""
    greatest = max(least, -(-duration // step))
    steps = choose(least, greatest)
    return duration if steps == greatest else steps * step
