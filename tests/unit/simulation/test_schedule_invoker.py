"""Schedules that functions create, change and delete during a run."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from wavetank.core.schedule import InvocationPlan
from wavetank.simulation.schedule_invoker import ScheduleInvoker
from wavetank.simulation.simulation_clock import SimulationClock

START = datetime(2030, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Schedules:
    """A simulator with schedules only; `invoked` has the minutes since the start."""

    plans: dict[str, InvocationPlan] = field(default_factory=dict)
    invoked: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = SimulationClock(1, START, lambda _: None, lambda _: None)

    def schedules(self) -> list[Any]:
        """Those that are enabled."""
        return [SimpleNamespace(arn=arn, plan=plan) for arn, plan in self.plans.items()]

    def invoke_schedule(self, arn: str, *_: object, **__: object) -> None:
        """Note the invocation."""
        self.invoked.append((arn, (self.clock.now - START) // MINUTE))

    def put(self, name: str, expression: str) -> None:
        """Create or replace a schedule now."""
        self.plans[name] = InvocationPlan(expression=expression, created=self.clock.now, key=name)


def test_a_schedule_works_from_its_creation_to_its_deletion() -> None:
    """One is created by a function, one is changed, and one is deleted before it is due."""
    made = Schedules()
    made.put("changed", "at(2030-01-01T00:03:00)")
    made.put("deleted", "at(2030-01-01T00:04:00)")
    invoker = ScheduleInvoker(made, made.clock, START + 10 * MINUTE)  # type: ignore[arg-type]  # what it needs of one

    def change() -> None:
        made.put("created", "at(2030-01-01T00:05:00)")
        made.put("changed", "at(2030-01-01T00:06:00)")
        del made.plans["deleted"]

    made.clock.at(START + 2 * MINUTE, change)
    invoker.plan()
    made.clock.run_until(START + 20 * MINUTE, invoker.plan)
    assert made.invoked == [("created", 5), ("changed", 6)]
