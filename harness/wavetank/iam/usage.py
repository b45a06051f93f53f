"""Which actions each role and user has used, so that a policy can be tightened from evidence.

An object's key, an item's log stream and the like are left out of what is noted: a policy names
the bucket and the group.
"""

import re
import threading
from dataclasses import dataclass
from typing import Any

ENTRIES_MAX = 10_000
"""More kinds of use are not noted; a pipeline has a dozen."""
WITHIN = re.compile(r"^(arn:aws:s3:::[^/]+/|arn:aws:logs:.*:log-stream:).*$")


@dataclass(frozen=True)
class ObservedUse:
    """A principal's use of an action on a kind of resource."""

    principal: str
    action: str
    resource: str
    allowed: bool


class UseCounter:
    """How often each was seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[ObservedUse, int] = {}

    def note(
        self, principal: str, action: str, resource: str, *, allowed: bool, times: int = 1
    ) -> None:
        """So many times more."""
        use = ObservedUse(principal, action, WITHIN.sub(r"\1*", resource), allowed)
        with self._lock:
            if use in self._counts or len(self._counts) < ENTRIES_MAX:
                self._counts[use] = self._counts.get(use, 0) + times

    def entries(self) -> list[dict[str, Any]]:
        """All of it, for people and programs."""
        with self._lock:
            counts = list(self._counts.items())
        return [
            {
                "principal": use.principal,
                "action": use.action,
                "resource": use.resource,
                "allowed": use.allowed,
                "count": count,
            }
            for use, count in counts
        ]
