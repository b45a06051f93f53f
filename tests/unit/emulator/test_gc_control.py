"""Garbage of finished requests is collected, however much LocalStack has loaded."""

import subprocess
import sys

import pytest

PROGRAM = """
import gc
from wavetank.emulator.gc_control import freeze
gc.set_threshold(200, 5, 5)
loaded = [[] for _ in range(400_000)]
gc.collect()
{start}
class Request:
    alive = most = 0
    def __init__(self):
        self.circle = self
        Request.alive += 1
        Request.most = max(Request.most, Request.alive)
    def __del__(self):
        Request.alive -= 1
under_way = []
for _ in range(200_000):
    under_way.append(Request())
    if len(under_way) > 3_000:
        del under_way[:1_000]
print(Request.most)
"""
"""Requests that last long enough to come into the oldest generation, beside many objects as
LocalStack has them. The collector looks more often than usual, which takes fewer requests. Prints
how many requests there were at most."""


@pytest.mark.parametrize(("start", "bounded"), [("", False), ("freeze()", True)])
def test_what_is_loaded_does_not_delay_the_collection_of_garbage(
    start: str, *, bounded: bool
) -> None:
    """Without it, garbage piles up to a quarter of all that is loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(start=start)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (int(done.stdout) < 50_000) is bounded
