"""A process that LocalStack ran in ends at once."""

import subprocess
import sys

import pytest

LEFT_BEHIND = """
class Left:
    def __init__(self):
        self.circle = self
    def __del__(self):
        print("looked at")
left = Left()
"""
HOOK = "from wavetank.emulator.shutdown import exit_without_collection as end; end()"


@pytest.mark.parametrize(("before", "said"), [("", "looked at\n"), (HOOK, "")])
def test_what_is_left_at_the_end_is_not_looked_at(before: str, said: str) -> None:
    """The collector, which does so where nobody tells it otherwise, finds nothing."""
    program = f"{before}\n{LEFT_BEHIND}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == said
