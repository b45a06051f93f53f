"""Errors of planning one rule or schedule, which must not stop the others."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

LOG = logging.getLogger(__name__)


class PlanningErrors:
    """Logs an error of each rule or schedule once, until it is planned without one."""

    def __init__(self) -> None:
        self._failed: set[str] = set()

    @contextmanager
    def logged(self, arn: str) -> Iterator[None]:
        """Log an error of the block, which plans the rule or schedule of the ARN."""
        try:
            yield
        except Exception:  # any error: the thread plans all other rules and schedules too
            if arn not in self._failed:
                LOG.exception("%s does not fire: its next instant cannot be computed", arn)
            self._failed.add(arn)
        else:
            self._failed.discard(arn)
