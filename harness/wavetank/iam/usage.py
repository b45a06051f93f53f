"""Which actions each role and user has used, so that a policy can be tightened from evidence.

Object keys, log streams and the like are removed from the recorded ARNs: a policy names the bucket
and the log group.
"""

import re
import threading
from dataclasses import dataclass
from typing import Any

ENTRIES_MAX = 10_000
"""Further combinations are not recorded; a pipeline has a dozen."""
RESOURCE_DETAIL = re.compile(r"^(arn:aws:s3:::[^/]+/|arn:aws:logs:.*:log-stream:).*$")


@dataclass(frozen=True)
class ObservedUse:
    """An action that a principal used on a kind of resource."""

    principal: str
    action: str
    resource: str
    allowed: bool


class UseCounter:
    """Counts how often each action was used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[ObservedUse, int] = {}

    def note(
        self, principal: str, action: str, resource: str, *, allowed: bool, times: int = 1
    ) -> None:
        """Add `times` observations of a use."""
        use = ObservedUse(principal, action, RESOURCE_DETAIL.sub(r"\1*", resource), allowed)
        with self._lock:
            if use in self._counts or len(self._counts) < ENTRIES_MAX:
                self._counts[use] = self._counts.get(use, 0) + times

    def entries(self) -> list[dict[str, Any]]:
        """All uses with their counts, as JSON-compatible values."""
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
