"""Whether LocalStack is ready: every init stage complete, and no init script failed.

LocalStack's own health says that services run, and an init script that fails is only logged; so
`/_localstack/init` is asked. Also the container's health check, as a script of an isolated
interpreter (`python -I -S readiness.py IDLE_SECONDS`): it imports the standard library only, starts
in 50 ms, waits while LocalStack starts, and ends with 0 when it is ready, else with 1 and the
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
"""Never by the host's proxy, which would answer for LocalStack, or for nobody."""
ANSWER_SECONDS_MAX = 5.0
POLL_SECONDS = 0.2
IDLE_SHARE = 0.02
"""Of a processor: with less, the container waits, and only looks whether its wait is over."""
IN_CONTAINER = "http://127.0.0.1:4566"


@dataclass(frozen=True)
class InitState:
    """What LocalStack says of its init stages; `failed` names the scripts that did."""

    ready: bool
    failed: tuple[str, ...]


def init_state(endpoint: str) -> InitState | None:
    """The state now; None where nobody answers yet, or something that is no LocalStack."""
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
    """Waits until it is ready; returns what is wrong, None where all is well.

    The argument is how many seconds the container may go on without progress, which is processor
    time: how long a start takes depends on what else the machine does.
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
        time.sleep(POLL_SECONDS)  # it runs alone: no Clock is in its reach


def processor_seconds() -> float:
    """What the processes of the container have used, from /proc; those that have ended are gone."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended while we looked
            fields = stat.read_bytes().rpartition(b")")[2].split()
            used += int(fields[11]) + int(fields[12])  # utime and stime; see proc_pid_stat(5)
    return used / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
