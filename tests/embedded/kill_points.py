"""Runs a command that kills its own process with SIGKILL at one of its writing calls to AWS.

The kill points of a command are the moments before and after each call that writes: a kill between
two of them leaves the same state as the one or the other. Calls are counted in the command's own
process, so a kill point is exact and does not depend on the speed of the machine.
"""

import subprocess
import sys
from collections.abc import Iterator
from itertools import count

from tests.live.hosts import PROJECT
from tests.shell import NO_PROJECT, Shell
from wavetank.core.errors import ExitCode

SELF_KILLING = """
import os, signal, sys
from botocore.client import BaseClient
number, side, *words = sys.argv[1:]
left, stock = int(number), BaseClient._make_api_call
READS = ("BatchGet", "Describe", "Filter", "Get", "Head", "List", "Query", "Scan")

def call(client, operation, parameters):
    global left
    if operation.startswith(READS):
        return stock(client, operation, parameters)
    left -= 1
    if left == 0 and side == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = stock(client, operation, parameters)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

BaseClient._make_api_call = call
sys.argv[1:] = words
from wavetank.cli.main import run
run()
"""
SIDES = ("before", "after")
KILLED = -9


def kill_points() -> Iterator[tuple[int, str]]:
    """Each writing call's number, and the side of it, without end."""
    for number in count(1):
        for side in SIDES:
            yield number, side


def is_killed(shell: Shell, number: int, side: str, words: tuple[str, ...]) -> bool:
    """Runs the command; returns whether it came to that call, and so was killed."""
    assignments = [f"WAVETANK_STATE={shell.state}", f"COMPOSE_PROJECT_NAME={NO_PROJECT}"]
    command = ["env", *assignments, sys.executable, "-c", SELF_KILLING, str(number), side, *words]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode in {ExitCode.VALID, KILLED}, (
        number,
        side,
        done.returncode,
        done.stdout + done.stderr,
    )
    return done.returncode == KILLED


def report(tried: int) -> None:
    """Prints the figure of a test that came to its end; `pytest -rP` shows it."""
    sys.stdout.write(f"{tried} of {tried} kill points recovered\n")
