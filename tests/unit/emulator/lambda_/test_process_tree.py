"""The descendants of a process that ends while they are looked for."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from wavetank.emulator.lambda_.process_tree import children, descendants, is_stopped

ENDED = [errno.ENOENT, errno.ESRCH]
"""Without its folder in /proc, and with a folder that was opened before it ended."""


@pytest.fixture(params=ENDED, ids=errno.errorcode.get)
def ended(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """A process that has just ended."""
    process = os.getpid()
    listdir = os.listdir

    def fail(path: Any) -> list[str]:
        if Path(path) == Path(f"/proc/{process}/task"):
            raise OSError(request.param, os.strerror(request.param), str(path))
        return listdir(path)

    monkeypatch.setattr(os, "listdir", fail)
    return process


def test_a_process_that_has_ended_has_no_children_and_runs_no_code(ended: int) -> None:
    """Whatever the kernel answers for its folder."""
    assert children(ended) == []
    assert descendants(ended) == []
    assert is_stopped(ended)
