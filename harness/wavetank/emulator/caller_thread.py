"""Runs in the caller's thread what LocalStack gives to a pool of threads.

In virtual time the order of deliveries must be that of the calls that cause them.
"""

from collections.abc import Callable
from typing import Any


class CallerThreadExecutor:
    """In place of a `ThreadPoolExecutor` whose futures are not used."""

    def submit(self, function: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """Call the function."""
        function(*args, **kwargs)

    def shutdown(self, *, wait: bool = True) -> None:
        """Nothing is waiting."""


class TopicCallerThreadExecutor(CallerThreadExecutor):
    """In place of LocalStack's executor that has a thread for each FIFO topic."""

    def submit(self, function: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """Call the function; the first argument is the topic."""
        function(*args[1:], **kwargs)
