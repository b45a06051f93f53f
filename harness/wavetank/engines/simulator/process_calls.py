"""Intercepts calls with which a handler ends, copies or replaces its process.

In Lambda the process is the function's own, and ending it is `Runtime.ExitError`. Here it is the
simulator's, so these calls are intercepted in handlers' threads, and unchanged in all others. What
native code does to the process cannot be intercepted: see `wavetank.core.command_process`.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, NoReturn, Protocol

from wavetank.core.errors import UsageError
from wavetank.core.http_types import UnsupportedCall
from wavetank.emulator.lambda_.outcome import ExitStatus
from wavetank.emulator.patches import patch_of
from wavetank.engines.simulator.environment import is_a_handlers_thread

NO_EFFECT = frozenset(
    {signal.SIGCHLD, signal.SIGCONT, signal.SIGPIPE, signal.SIGURG, signal.SIGWINCH, signal.SIGXFSZ}
)
"""Signals that are ignored by default, or by Python, as in Lambda. [signal(7); Python: signal]"""
STOPS = frozenset({signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
EVERY_PROCESS = -1
"""Targets of `kill` that mean, in Lambda, the function and all its descendants."""
COPIES = ("os:fork", "posix:fork", "os:forkpty", "posix:forkpty")
REPLACES = ("os:execv", "posix:execv", "os:execve", "posix:execve")
"""The other six of `os` call these two. [CPython 3.13: Lib/os.py, _execvpe]"""
TIMERS = ("signal:alarm", "signal:setitimer")
"""Their signal would arrive in the simulator's main thread, in real time."""


class HandlerProcess(Protocol):
    """Interface to the process that a handler believes to run in."""

    def exited(self, status: ExitStatus) -> NoReturn:
        """Called when the handler has ended it."""
        ...

    def stopped(self) -> None:
        """Called when the handler has stopped it."""
        ...


@contextmanager
def intercepted(process: HandlerProcess) -> Iterator[None]:
    """Report what handlers do to their process to `process` while the body runs."""
    with ExitStack() as stack:
        for targets, make in _replacements(process):
            for target in targets:
                stack.enter_context(_replaced(target, make))
        yield


type Make = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Takes the original function; returns the replacement for calls of handlers."""


def _replacements(process: HandlerProcess) -> Iterator[tuple[tuple[str, ...], Make]]:
    yield from _ending(process).items()
    yield ("signal:raise_signal",), lambda _: lambda number: _signalled(process, number)
    yield ("signal:pthread_kill",), lambda _: lambda _thread, number: _signalled(process, number)
    yield COPIES, _refused("forks its process")
    yield REPLACES, _refused("replaces its process by another program")
    for target in TIMERS:
        yield (target,), _refused(f"sets a timer with {target.replace(':', '.')}")


def _ending(process: HandlerProcess) -> Mapping[tuple[str, ...], Make]:
    def kill(stock: Callable[..., Any]) -> Callable[..., Any]:
        def send(target: int, number: int) -> None:
            if _is_own(target):
                _signalled(process, number)
            else:
                stock(target, number)

        return send

    return {
        ("os:_exit", "posix:_exit"): lambda _: (
            lambda status: process.exited(ExitStatus(exit_code=status & 0xFF))
        ),
        ("os:abort", "posix:abort"): lambda _: (
            lambda: process.exited(ExitStatus(signal_number=signal.SIGABRT))
        ),
        ("os:kill", "posix:kill", "os:killpg", "posix:killpg"): kill,
    }


def _replaced(target: str, make: Make) -> AbstractContextManager[None]:
    patch = patch_of(target)
    stock = patch.current()
    instead = make(stock)

    def call(*arguments: Any, **named: Any) -> Any:
        return (instead if is_a_handlers_thread() else stock)(*arguments, **named)

    return patch.replaced(call)


def _is_own(target: int) -> bool:
    """Whether the target is this process, or a group or all processes that include it."""
    group = os.getpgrp()
    return target in {0, EVERY_PROCESS, os.getpid(), group, -group}


def _signalled(process: HandlerProcess, number: int) -> None:
    """Do what the signal does to a Python process without a handler for it."""
    if number in STOPS:
        process.stopped()
    elif number == signal.SIGINT:
        raise KeyboardInterrupt
    elif number and number not in NO_EFFECT:  # 0 only checks that the process exists
        process.exited(ExitStatus(signal_number=number))


def _refused(what: str) -> Make:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise UnsupportedCall(
            UsageError(
                "a handler that does its work in one process",
                f"one that {what}",
                "run it on --engine embedded, where functions are processes",
            )
        )

    return lambda _: refuse
