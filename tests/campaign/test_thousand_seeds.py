"""A campaign of a thousand drawn cases, as a release is tried: our handler stands all of them."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.shell import Shell
from wavetank.core.errors import ExitCode

SEEDS = 1000

pytestmark = pytest.mark.nightly


def test_a_thousand_drawn_stories_hold(tmp_path: Path) -> None:
    """Each of half an hour, with up to four faults; one that fails is named in the output."""
    command = Shell(tmp_path).command(
        "campaign", "--runs", str(SEEDS), "--duration", "30m", "--json"
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.VALID, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    (summary,) = [line for line in lines if line["event"] == "summary"]
    assert summary["endings"]["valid"] == SEEDS
