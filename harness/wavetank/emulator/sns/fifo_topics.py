"""What FIFO topics need: each message once in five minutes, and sequence numbers.

LocalStack leaves deduplication to the queue, which is not the topic's: a queue that is not FIFO
gets a message twice. Its sequence numbers begin with the time at which the process started.
[Amazon SNS developer guide, fifo-message-dedup, fifo-topic-message-ordering]
"""

import hashlib
import threading
from datetime import datetime, timedelta
from itertools import count, takewhile
from typing import Any

INTERVAL = timedelta(minutes=5)
FIRST_NUMBER = 10**19


class FifoTopics:
    """The deduplication ids that topics have seen, and the sequence numbers of messages.

    Threads of several publishers use it at the same time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.restart()

    def restart(self) -> None:
        """Forget all ids, and number from the start, as a simulation begins at its start again."""
        self._seen: dict[tuple[str, str], datetime] = {}
        self._numbers = count(FIRST_NUMBER)

    def next_number(self) -> str:
        """The sequence number of the next message."""
        return str(next(self._numbers))

    def accepts(self, topic: str, message: Any, now: datetime) -> bool:
        """Count the message; returns False if it repeats one of the last five minutes."""
        key = topic, message.message_deduplication_id or _content_id(message)
        with self._lock:
            self._forget_expired(now)
            if key in self._seen and self._counts(key, now):
                return False
            self._seen.pop(key, None)  # only of a clock that was set back
            self._seen[key] = now
            return True

    def _forget_expired(self, now: datetime) -> None:
        """Remove ids older than the interval, which are the first."""
        for key in list(takewhile(lambda key: not self._counts(key, now), self._seen)):
            del self._seen[key]

    def _counts(self, key: tuple[str, str], now: datetime) -> bool:
        return timedelta() <= now - self._seen[key] < INTERVAL


def _content_id(message: Any) -> str:
    return hashlib.sha256(str(message.message).encode()).hexdigest()
