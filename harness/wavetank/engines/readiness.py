"""Whether LocalStack is ready: every init stage complete, and no init script failed.

LocalStack's own health check reports that services run, and a failing init script is only logged;
so `/_localstack/init` is read. Also the container's health check, as a script of an isolated
interpreter (`python -I -S readiness.py IDLE_SECONDS`): it imports the standard library only, starts
in 50 ms, waits while LocalStack starts, and exits with 0 when it is ready, else with 1 and the
reason.
"""

import json
import os
import sys
import time  # noqa: TID251 - runs alone too, as the container's health check
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Ignores the host's proxy, which could answer in LocalStack's place."""
ANSWER_SECONDS_MAX = 5.0
POLL_SECONDS = 0.2
IDLE_SHARE = 0.02
"""The share of a processor below which the container only waits, apart from polling."""
IN_CONTAINER = "http://127.0.0.1:4566"


@dataclass(frozen=True)
class InitState:
    """The state of LocalStack's init stages; `failed` names the scripts that failed."""

    ready: bool
    failed: tuple[str, ...]


def init_state(endpoint: str) -> InitState | None:
    """The current state; None without an answer, or with one that is not LocalStack's."""
    try:
        with DIRECTLY.open(f"{endpoint}/_localstack/init", timeout=ANSWER_SECONDS_MAX) as answer:
            document = json.load(answer)
    except (urllib.error.URLError, ValueError, ConnectionError, TimeoutError):
        return None
    if not isinstance(document, dict) or not document.keys() >= {"scripts", "completed"}:
        return None
    failed = [script["name"] for script in document["scripts"] if script["state"] == "ERROR"]
    return InitState(bool(document["completed"]["READY"]), tuple(failed))


def main(arguments: list[str]) -> str | None:
    """Wait until it is ready; returns what is wrong, None if it is ready.

    The argument is how many seconds the container may go without progress, measured in processor
    time: how long a start takes depends on the other load of the host.
    """
    idle_seconds_max = float(arguments[0])
    used, moved_at = processor_seconds(), time.monotonic()
    while True:
        state = init_state(IN_CONTAINER)
        if state is not None and state.failed:
            return f"init script {', '.join(state.failed)} failed; see the container's log"
        if state is not None and state.ready:
            return None
        now_used = processor_seconds()
        if abs(now_used - used) > IDLE_SHARE * idle_seconds_max:
            used, moved_at = now_used, time.monotonic()
        if time.monotonic() - moved_at > idle_seconds_max:
            return f"LocalStack is not ready, and has made no progress for {arguments[0]} s"
        time.sleep(POLL_SECONDS)  # a script of its own: it cannot import Clock


def processor_seconds() -> float:
    """The processor time of the container's processes, from /proc; ended ones do not count."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            fields = stat.read_bytes().rpartition(b")")[2].split()
            used += int(fields[11]) + int(fields[12])  # utime and stime; see proc_pid_stat(5)
    return used / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
