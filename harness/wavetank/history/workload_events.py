"""The events of what a scenario or a test sends to the pipeline."""

from dataclasses import dataclass

from wavetank.history.event import OK, Event


@dataclass(frozen=True)
class WorkloadSent(Event):
    """A workload sent its `number`-th event; `outcome` is OK or the error code of the service.

    `workload` is its position in the scenario, counted from 1, and `target` what the scenario
    names. `ids` are what the service returned: the id of the message, event, record or request, or
    the key of the object or item. `key` is the value of `{{ key }}`.
    """

    workload: int
    kind: str
    target: str
    number: int
    key: str
    ids: tuple[str, ...]
    body: str
    outcome: str = OK


@dataclass(frozen=True)
class HttpAnswered(Event):
    """A client got the answer of a function URL or an API, after `duration_ms` of virtual time.

    `request` is the invocation of the function, empty if none was invoked.
    """

    request: str
    entry: str
    method: str
    path: str
    status: int
    duration_ms: int
