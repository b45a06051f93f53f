"""The nightly run, part by part: a part that has passed on the same files is not run again.

A part is a unit of `tests.units`: a test file, or the tests that share a LocalStack. What passed is
kept in pytest's cache as soon as the part's last test has ended, so that a run that was interrupted
goes on where it was.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

from tests.rules.source import ROOT, project_files
from tests.units import unit_of

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

MARK = "nightly"
"""The mark of tests that only repeat what others show, or take long; run where `-m` names it."""
RESTART = "--restart-nightly"
CACHE_KEY = "wavetank/nightly"


def is_nightly(config: pytest.Config) -> bool:
    """Whether the nightly tests are asked for."""
    return MARK in config.option.markexpr


def fingerprint() -> str:
    """A digest of every file of the project."""
    digest = hashlib.sha256()
    for name in sorted(project_files()):
        path = ROOT / name
        if path.is_file():  # a file that is deleted and not committed is still listed
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


class NightlyParts:
    """What the parts of this run come to; a plugin of pytest's controlling process."""

    def __init__(self, cache: pytest.Cache, *, restart: bool) -> None:
        self._cache = cache
        self._fingerprint = fingerprint()
        found = cache.get(CACHE_KEY, {})
        is_current = not restart and found.get("fingerprint") == self._fingerprint
        self.passed_before: frozenset[str] = frozenset(found["passed"] if is_current else ())
        self._passed = set(self.passed_before)
        self._expected = Counter[str]()
        self._ended = Counter[str]()
        self._failed: set[str] = set()

    def expect(self, nodeids: Iterable[str]) -> None:
        """The tests that are going to run."""
        self._expected = Counter(map(unit_of, nodeids))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without workers: what was collected here."""
        if session.items:
            self.expect(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """With workers: what each of them has collected."""
        self.expect(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a test's end, and keeps its part where that was the last."""
        part = unit_of(report.nodeid.partition("@")[0])
        if report.failed:
            self._failed.add(part)
        if report.when == "teardown":
            self._ended[part] += 1
            if self._ended[part] == self._expected[part] and part not in self._failed:
                self._passed.add(part)
                self._keep()

    def pytest_terminal_summary(self, terminalreporter: "TerminalReporter") -> None:
        """Says how far the run came."""
        unfinished = self._expected.keys() - self._passed - self._failed
        terminalreporter.write_line(
            f"nightly parts: {len(self._passed - self.passed_before)} passed, "
            f"{len(self._failed)} failed, {len(unfinished)} not finished, "
            f"{len(self.passed_before)} passed before"
        )

    def _keep(self) -> None:
        found = {"fingerprint": self._fingerprint, "passed": sorted(self._passed)}
        self._cache.set(CACHE_KEY, found)
