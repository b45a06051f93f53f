"""Time is an argument: only `clock` reads it or waits, so all else runs in virtual time too."""

from collections.abc import Iterator

import pytest

from tests.rules.layers import HANDLERS, HARNESS
from tests.rules.source import (
    Finding,
    Source,
    assert_none,
    assert_only_exempt,
    findings,
    project_sources,
    sources_in,
)

WAITS = frozenset(
    {
        "asyncio.sleep",
        "localstack.utils.sync.poll_condition",
        "localstack.utils.sync.retry",
        "localstack.utils.sync.sleep_forever",
        "localstack.utils.sync.wait_until",
        "sched.scheduler",
        "signal.alarm",
        "signal.pause",
        "signal.setitimer",
        "threading.Timer",
        "time.sleep",
    }
)
READS = frozenset(
    {
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "localstack.utils.time.now",
        "localstack.utils.time.now_utc",
        "localstack.utils.time.today_no_time",
        "os.times",
        "uuid.uuid1",
    }
)
EXEMPT = {
    f"{HARNESS}clock.py": "the one place",
    f"{HARNESS}engines/readiness.py": "runs alone too, as the container's health check",
    f"{HARNESS}guardian.py": "runs alone (`python -I -S`): nothing of ours is in its reach",
    "tests/handlers/original/streaming.py": "the assignment's script stamps with its own time",
}
"""A handler below tests/handlers that waits on purpose is named here; no test ever is."""


def time_uses(source: Source) -> Iterator[Finding]:
    """Every reading of the time and every wait; of the module `time`, every use at all."""
    for line, name in source.references():
        if name in WAITS | READS or name.startswith("time."):
            yield Finding(source.path, line, f"uses {name}")


def waits(source: Source) -> Iterator[Finding]:
    """Every wait for time to pass."""
    for line, name in source.references():
        if name in WAITS:
            yield Finding(source.path, line, f"uses {name}")


def test_clock_is_the_only_source_of_time() -> None:
    """Nothing but `clock` reads the time or sleeps."""
    found = findings(time_uses, project_sources())
    assert_only_exempt(found, EXEMPT, "Take a wavetank.clock.Clock as an argument and ask that")


def test_no_test_waits() -> None:
    """No test sleeps, for no reason at all."""
    tests = [source for source in sources_in("tests/") if not source.path.startswith(HANDLERS)]
    found = findings(waits, tests)
    assert_none(found, "Wait for a condition (wait_until...), or let virtual time pass")


@pytest.mark.parametrize(
    "text",
    [
        "import time\ntime.sleep(1)",
        "import time as t\nstarted = t.monotonic",
        "import time\ndef wait(sleep=time.sleep): ...",
        "from time import perf_counter",
        "def late():\n    import datetime\n    return datetime.datetime.now()",
        "import datetime as dt\ndt.date.today()",
        "from datetime import datetime as instant\ninstant.utcnow()",
        "import asyncio\nasync def wait(): await asyncio.sleep(1)",
        "import threading\nthreading.Timer(60, print).start()",
        "from localstack.utils.sync import poll_condition",
    ],
)
def test_use_of_time_is_caught(text: str) -> None:
    """A reading of the time, or a wait, is found however it is written."""
    assert len(list(time_uses(Source("x.py", text)))) == 1


def test_wait_is_caught() -> None:
    """A sleep in a test is found, a mere reading of the time left to the other rule."""
    text = "import time\ntime.monotonic()\ntime.sleep(1)"
    assert [finding.line for finding in waits(Source("x.py", text))] == [3]


def test_time_from_elsewhere_is_allowed() -> None:
    """Instants that are parsed, computed or asked of a clock pass."""
    text = (
        "from datetime import datetime\ndatetime.fromisoformat(x)\nclock.now()\ntime = event.time"
    )
    assert list(time_uses(Source("x.py", text))) == []
