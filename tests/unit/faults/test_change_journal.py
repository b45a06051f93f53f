"""The journal has every change from before it is made until its revert is confirmed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.hosts import PROJECT
from wavetank.core.errors import UsageError
from wavetank.faults.change_journal import DamagedEntry, Journal
from wavetank.faults.changes import (
    Change,
    CodeChange,
    ConcurrencyChange,
    HostChange,
    PolicyChange,
    RuleChange,
    SubscriptionChange,
)

RULE = RuleChange(rule="tick")
CHANGES: tuple[Change, ...] = (
    RULE,
    ConcurrencyChange(function="f", former=5),
    ConcurrencyChange(function="f", former=None),
    PolicyChange(role="r", policy="p", action="s3:PutObject"),
    SubscriptionChange(arn="arn:aws:sns:eu-west-1:000000000000:t:s", address="a@example.com"),
    HostChange(fault="network-cut", process=0, born=0.0, networks=("one", "two")),
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """An empty one."""
    return Journal(tmp_path, "http://127.0.0.1:4566", "DEDOREXP")


def test_what_is_added_is_there_until_it_is_removed(journal: Journal, tmp_path: Path) -> None:
    """Of every kind, in order, and readable by its owner only."""
    for change in CHANGES:
        journal.add(change)
    assert journal.changes() == CHANGES
    (file,) = (tmp_path / "changes").glob("*.json")
    assert file.stat().st_mode & 0o077 == 0
    for change in CHANGES[::-1]:
        journal.remove(change)
        journal.remove(change)  # again, as after a kill between the revert and this
    assert journal.changes() == ()
    assert list((tmp_path / "changes").glob("*.json")) == []


def test_former_code_is_stored_beside_the_journal(journal: Journal, tmp_path: Path) -> None:
    """For as long as its change is in it."""
    name, broken = journal.store_package(b"zip"), journal.store_package(b"broken")
    change = CodeChange(function="f", former="a", put="b", package=name, broken=broken)
    journal.add(change)
    assert journal.package(name) == b"zip"
    journal.remove(change)
    assert journal.package(name) is None
    assert list((tmp_path / "changes").glob("*.zip")) == []


def test_pipelines_and_targets_have_separate_journals(journal: Journal, tmp_path: Path) -> None:
    """What is changed in one is not taken for another's."""
    journal.add(RULE)
    for target, stem in (("http://127.0.0.1:4567", "DEDOREXP"), ("embedded", "PTDEJANVAN")):
        assert Journal(tmp_path, target, stem).changes() == ()


@pytest.mark.parametrize("damaged", ["", "{", "{}", '[{"kind": "x"}]', '[{"kind": "rule"}]', "[1]"])
def test_a_damaged_journal_still_says_that_something_is_changed(
    damaged: str, journal: Journal, tmp_path: Path
) -> None:
    """And names the damaged file."""
    journal.add(RULE)
    (file,) = (tmp_path / "changes").glob("*.json")
    file.write_text(damaged)
    assert journal.changes() == (DamagedEntry(file=str(file)),)
    journal.clear()
    assert journal.changes() == ()


HOLDS = """
import sys
from pathlib import Path
from wavetank.faults.change_journal import Journal
from wavetank.faults.changes import RuleChange
journal = Journal(Path(sys.argv[1]), "http://127.0.0.1:4566", "DEDOREXP")
with journal.held():
    journal.add(RuleChange(rule="tick"))
    print("held", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_changed_is_left_behind(journal: Journal, tmp_path: Path) -> None:
    """While it runs, its changes are not left behind, and no other process may begin."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    assert (journal.changes(), journal.left_behind()) == ((RULE,), ())
    with pytest.raises(UsageError, match="one that is running"), journal.held():
        pytest.fail("held twice")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert journal.left_behind() == (RULE,)
