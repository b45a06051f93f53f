"""Workloads of a test: the fields of a scenario's, and bodies that the test computes."""

import inspect
import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.scenario.workload.kinds import BodySource, WorkloadSpec
from wavetank.scenario.workload.serialization import workload_from_dict

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    type TestBody = str | dict[str, Any] | list[Any] | SearchStrategy[Any] | Callable[[int], Any]

EXAMPLES = 100
"""Strategies are drawn from so many at a time: the first examples are the simplest ones."""


class WorkloadFields(TypedDict, total=False):
    """The fields of a workload besides its kind and target."""

    rate: str
    arrival: str
    burst: int
    count: int
    begins: str | timedelta
    duration: str | timedelta
    keys: int
    key: str
    source: str
    method: str
    path: str
    content_type: str
    stage: str
    detail_type: str
    body: "TestBody"


def workload_of(kind: str, target: str, fields: WorkloadFields) -> WorkloadSpec:
    """The workload with these fields.

    Raises:
        FieldError: one is invalid.
    """
    written: dict[str, Any] = {name: _written(value) for name, value in fields.items()}
    body = written.pop("body", None)
    if body is not None:
        written["body"] = _body(body)
    return workload_from_dict({"kind": kind, "target": target, **written})


def _written(value: object) -> object:
    return duration_text(value) if isinstance(value, timedelta) else value


def _body(body: Any) -> BodySource:
    if isinstance(body, str):
        return body
    if isinstance(body, dict | list):
        return json.dumps(body)
    if _is_strategy(body):
        return DrawnBodies(body)
    if callable(body):
        return lambda number, _: _encoded(body(number))
    expected = "`body` to be a text, a dict, a list, a strategy or a function of the number"
    raise UsageError(expected, type(body).__name__, "write it as one of them")


def _is_strategy(body: object) -> bool:
    """Whether it is a strategy; Hypothesis is not imported for other bodies."""
    return any(each.__name__ == "SearchStrategy" for each in inspect.getmro(type(body)))


def _encoded(value: object) -> str | bytes:
    """The value as it is, or else in JSON."""
    return value if isinstance(value, str | bytes) else json.dumps(value)


class DrawnBodies:
    """Bodies that a strategy of Hypothesis draws from the seed of a run."""

    def __init__(self, strategy: "SearchStrategy[Any]") -> None:
        self._strategy = strategy
        self._examples: list[Any] = []

    def __call__(self, number: int, source: random.Random) -> str | bytes:
        """The body of that number; the same seed gives the same."""
        position = (number - 1) % EXAMPLES
        if position == 0:
            self._examples = _examples(self._strategy, source.getrandbits(32))
        return _encoded(self._examples[position % len(self._examples)])


def _examples(strategy: "SearchStrategy[Any]", number: int) -> list[Any]:
    """At most `EXAMPLES` values of the strategy, fewer if it has no more."""
    from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings  # noqa: PLC0415 - takes a fifth of a second

    found: list[Any] = []

    def take(example: Any) -> None:
        found.append(example)

    options = settings(
        database=None,
        deadline=None,
        derandomize=False,
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    options(seed(number)(given(strategy)(take)))()
    return found
