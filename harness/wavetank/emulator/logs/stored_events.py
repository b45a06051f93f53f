"""The ids of log events, and their deletion from moto's store.

moto numbers events by a counter that continues from run to run in one process. Subscriptions send
the ids, so here each run begins anew. [moto: logs/models.py, LogEvent]
"""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

from moto.logs.models import logs_backends

from wavetank.emulator.service_log_groups import SERVICE_GROUPS


class EventIds:
    """Generates the ids of log events: consecutive numbers from 0."""

    def __init__(self) -> None:
        self._numbers = count()

    def next(self) -> int:
        """The id of the next log event."""
        return next(self._numbers)

    def restart(self) -> None:
        """Number from the start: a simulation begins again at its start time."""
        self._numbers = count()


EVENT_IDS = EventIds()
"""The ids of the process: they are unique in all accounts and regions."""


@contextmanager
def new_groups_noted(account: str, region: str) -> Iterator[None]:
    """Note the groups that are created while the body, a run, goes on: the next begins without."""
    groups = logs_backends[account][region].groups
    known = set(groups)
    try:
        yield
    finally:
        SERVICE_GROUPS[account, region] |= groups.keys() - known


type LogStreams = Mapping[str, Mapping[str, Any]]
"""moto's log streams, by group and name."""


def log_streams(account: str, region: str) -> LogStreams:
    """The log streams that exist now, as `restore_log_streams` takes them."""
    groups = logs_backends[account][region].groups
    return {name: dict(group.streams) for name, group in groups.items()}


def restore_log_streams(account: str, region: str, streams: LogStreams) -> None:
    """Delete all events and all other streams, and begin anew with the ids of events.

    Groups that a service or a handler has created since are deleted, too.
    """
    groups = logs_backends[account][region].groups
    for name in SERVICE_GROUPS.pop((account, region), set()) - streams.keys():
        groups.pop(name, None)
    for name, group in groups.items():
        group.streams.clear()
        for key, stream in streams.get(name, {}).items():
            group.streams[key] = copy.copy(stream)
            group.streams[key].events = []
    EVENT_IDS.restart()
