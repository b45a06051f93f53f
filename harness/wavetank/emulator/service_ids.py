"""The ids of events and messages, which a simulation draws from its seed.

Handlers store them and use them as keys, so one seed must have the same ids. LocalStack draws many
more random numbers, some of them only when something is used for the first time; those stay random.
"""

import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class ServiceIds:
    """Gives random ids, or those of `source` if a simulation has set one."""

    def __init__(self) -> None:
        self.source: Callable[[], str] | None = None

    def new(self) -> str:
        """A further id."""
        return self.source() if self.source is not None else str(uuid.uuid4())


IDS = ServiceIds()
"""The only instance, for EventBridge, SNS, SQS and S3."""
