"""Makes a creation that is sent again with its ClientToken, as after a lost response, a no-op.

The SDKs set the token, and send it again when they retry. How long AWS remembers it is not
documented; here it is as long as what was created.
[EventBridge Scheduler API reference: CreateSchedule, CreateScheduleGroup, ClientToken]
"""

from collections.abc import Mapping
from typing import Any

TOKEN = "ClientToken"  # noqa: S105 - the name of a parameter


def mark_created(created: Any, request: Mapping[str, Any]) -> None:
    """Store the parameters of the request that created the schedule or group."""
    created.created_by = dict(request)


def keep_creation(former: Any, updated: Any) -> None:
    """Copy the parameters of the creation to what replaces `former` after an update."""
    updated.created_by = getattr(former, "created_by", None)


def is_repeated(created: Any, request: Mapping[str, Any]) -> bool:
    """Whether the request equals the one that created the schedule or group, with its token."""
    return bool(request.get(TOKEN)) and getattr(created, "created_by", None) == dict(request)
