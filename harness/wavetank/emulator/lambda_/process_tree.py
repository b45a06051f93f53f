"""The descendants of a process, and how to stop and continue them together.

On Linux each thread's children are read from /proc, so only the descendants' threads are read;
elsewhere the table of all processes is searched. [proc(5): /proc/PID/task/TID/children]

The first process of a PID namespace imports this module, and has no package but the standard
library.
"""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

STOPPED_STATES = frozenset("TtZX")
"""States of a thread that runs no code: stopped, traced, ended. [proc(5): /proc/PID/stat]"""
STOP_ROUNDS_MAX = 200


def children(process: int) -> list[int]:
    """The process's children; none if it has ended."""
    tasks = Path(f"/proc/{process}/task")
    found: list[int] = []
    try:
        for task in os.listdir(tasks):  # noqa: PTH208 - names are wanted, hundreds of times a second
            with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
                found += map(
                    int,
                    (tasks / task / "children")
                    .read_text(encoding="utf-8", errors="replace")
                    .split(),
                )
    except ProcessLookupError:  # it has ended since its folder was opened
        return found
    except FileNotFoundError:
        return [] if Path("/proc/self").exists() else _searched(process)
    return found


def descendants(process: int) -> list[int]:
    """The process's children, their children and so on; parents before their children."""
    found: list[int] = []
    generation = children(process)
    while generation:
        found += generation
        generation = [child for parent in generation for child in children(parent)]
    return found


def stop_descendants(process: int) -> None:
    """Stop all descendants, with SIGSTOP, until none of their threads can run.

    A process may fork before the signal stops it, so the check is repeated until all are stopped. A
    thread in an uninterruptible call is not waited for forever.
    """
    for _ in range(STOP_ROUNDS_MAX):
        found = descendants(process)
        signal_all(found, signal.SIGSTOP)
        if all(is_stopped(member) for member in found) and descendants(process) == found:
            return


def continue_descendants(process: int) -> None:
    """Continue all descendants."""
    signal_all(descendants(process), signal.SIGCONT)


def signal_all(processes: Iterable[int], number: signal.Signals) -> None:
    """Send the signal to each process that has not ended."""
    for process in processes:
        with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a zombie
            os.kill(process, number)


def is_stopped(process: int) -> bool:
    """Whether none of its threads can run: stopped, or ended."""
    tasks = Path(f"/proc/{process}/task")
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended, or there is no /proc
        for task in os.listdir(tasks):  # noqa: PTH208 - as above
            stat = (tasks / task / "stat").read_text(encoding="utf-8", errors="replace")
            if stat.rpartition(")")[2].split()[0] not in STOPPED_STATES:
                return False
    return True


def _searched(process: int) -> list[int]:
    import psutil  # noqa: PLC0415 - not to be had in a PID namespace, where there is /proc

    with suppress(psutil.NoSuchProcess):
        return [child.pid for child in psutil.Process(process).children()]
    return []
