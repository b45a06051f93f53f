"""A creation that is sent again with its ClientToken, as after a lost reply, changes nothing.

The SDKs set the token, and send it again when they retry. How long AWS remembers it is not
documented; here it is as long as what was created.
[EventBridge Scheduler API reference: CreateSchedule, CreateScheduleGroup, ClientToken]
"""

from collections.abc import Mapping
from typing import Any

TOKEN = "ClientToken"  # noqa: S105 - the name of a parameter
CREATED_BY = "created_by"
"""The attribute of moto's schedules and groups with the request that has created them."""


def mark_created(created: Any, request: Mapping[str, Any]) -> None:
    """Note the request that has created it."""
    setattr(created, CREATED_BY, dict(request))


def keep_creation(former: Any, updated: Any) -> None:
    """Note that what replaces it was created by the same request."""
    setattr(updated, CREATED_BY, getattr(former, CREATED_BY, None))


def is_repeated(created: Any, request: Mapping[str, Any]) -> bool:
    """Whether the request is the one that has created it, with the same token."""
    return bool(request.get(TOKEN)) and getattr(created, CREATED_BY, None) == dict(request)
