"""Deletes the log events in moto's store.

[moto: logs/models.py, LogEvent]
"""

from moto.logs.models import LogEvent, logs_backends


def delete_log_events(account: str, region: str) -> None:
    """Delete all streams, and begin anew with the ids of events, which subscriptions send."""
    for group in logs_backends[account][region].groups.values():
        group.streams.clear()
    LogEvent._event_id = 0  # noqa: SLF001 - moto has no public name for it
