"""The ids of log events, and their deletion from moto's store.

moto numbers events by a counter that continues from run to run in one process. Subscriptions send
the ids, so here each run begins anew. [moto: logs/models.py, LogEvent]
"""

from itertools import count

from moto.logs.models import logs_backends


class EventIds:
    """Numbers log events from 0."""

    def __init__(self) -> None:
        self._numbers = count()

    def next(self) -> int:
        """The id of a further event."""
        return next(self._numbers)

    def restart(self) -> None:
        """Begin anew."""
        self._numbers = count()


EVENT_IDS = EventIds()
"""The only instance: ids are unique in all accounts and regions."""


def delete_log_events(account: str, region: str) -> None:
    """Delete all streams, and begin anew with the ids of events."""
    for group in logs_backends[account][region].groups.values():
        group.streams.clear()
    EVENT_IDS.restart()
