"""What all events of a run have in common."""

from dataclasses import dataclass
from datetime import datetime

OK = "ok"
"""The outcome of a success; every other outcome is an error code."""
UNANSWERED = "NotAnswered"
"""The outcome of a call of an operation that neither an emulator serves nor the test answers."""


@dataclass(frozen=True)
class Event:
    """The base of all events."""

    at: datetime
