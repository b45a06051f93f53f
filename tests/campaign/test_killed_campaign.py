"""A campaign whose own process gets SIGKILL at one of several points, and the same one again."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from tests.campaign.test_command import DOUBLED, NAIVE
from tests.shell import Finished, Shell
from tests.waiting import wait_until_true
from wavetank.core.errors import ExitCode

pytestmark = pytest.mark.nightly
SEEDS = 4
CAMPAIGN = (
    *("campaign", "--runs", str(SEEDS), "--seed", "1", "--duration", "5m"),
    *("--workers", "2", "--json"),
)
NO_WORKER_SECONDS_MAX = 60.0
type Events = list[dict[str, Any]]


@dataclass
class Killed:
    """What a campaign had started, and said, when it was killed."""

    processes: list[psutil.Process]
    events: Events = field(default_factory=list)

    def results(self) -> dict[int, str]:
        """The digest of each scenario that had been run, by its seed."""
        return _results(self.events)


def _results(events: Events) -> dict[int, str]:
    return {event["seed"]: event["digest"] for event in events if event["event"] == "result"}


def _events(done: Finished) -> Events:
    return [json.loads(line) for line in done.out.splitlines()]


def _events_until(said: IO[str], wanted: Counter[str]) -> Iterator[dict[str, Any]]:
    """The campaign's events, until there are so many of each kind."""
    while wanted.total():
        event = json.loads(said.readline())
        wanted -= Counter([event["event"]])  # keeps what is still above 0
        yield event


@contextmanager
def _running(shell: Shell, log: Path, words: tuple[str, ...]) -> Iterator[subprocess.Popen[str]]:
    with (
        log.open("w") as errors,
        subprocess.Popen(
            shell.command(*words), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as running,
    ):
        yield running


def _killed(shell: Shell, log: Path, words: tuple[str, ...], results: int, *last: str) -> Killed:
    """Kills it once it has its workers, and has said so many results, and then the last event."""
    with _running(shell, log, words) as running:
        assert running.stdout is not None  # it was asked for
        parent = psutil.Process(running.pid)
        wait_until_true(lambda: len(_workers(parent)) == 2, "both workers", 60)
        events = list(_events_until(running.stdout, Counter(result=results) + Counter(last)))
        killed = Killed(parent.children(recursive=True))
        running.kill()
        # What it had said by then can still be read, and is whole lines.
        killed.events = [*events, *map(json.loads, running.stdout)]
    return killed


def _workers(parent: psutil.Process) -> list[psutil.Process]:
    return list(filter(_is_worker, parent.children(recursive=True)))


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.cmdline()[1:3] == ["-m", "wavetank.campaign.worker"]  # not its supervisor
    except psutil.NoSuchProcess:  # it has ended since it was listed
        return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Events:
    """The events of a campaign that nothing disturbed."""
    done = Shell(tmp_path_factory.mktemp("undisturbed")).run(*CAMPAIGN)
    assert done.code == ExitCode.VALID, done.err
    return _events(done)


def _is_left(shell: Shell, process: psutil.Process) -> bool:
    """Whether it runs with the state folder of the campaign, and so was started by it."""
    try:
        return process.environ().get("WAVETANK_STATE") == str(shell.state)
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return False


def _wait_until_gone(shell: Shell, killed: Killed) -> None:
    """Those that it had when it was killed, and any that one of them started afterwards."""
    wait_until_true(
        lambda: (
            not any(process.is_running() for process in killed.processes)
            and not any(_is_left(shell, process) for process in psutil.process_iter())
        ),
        "no process of the campaign",
        NO_WORKER_SECONDS_MAX,
    )


@pytest.mark.parametrize("results", range(SEEDS))
def test_a_killed_campaign_leaves_no_process_and_is_run_again(
    undisturbed: Events, tmp_path: Path, results: int
) -> None:
    """Results that were complete have been said; the same command again comes to the same end."""
    shell = Shell(tmp_path / "state")
    killed = _killed(shell, tmp_path / "log", CAMPAIGN, results)
    assert len(killed.processes) >= 2
    _wait_until_gone(shell, killed)
    assert len(killed.results()) >= results
    assert killed.results().items() <= _results(undisturbed).items()
    again = shell.run(*CAMPAIGN)
    assert again.code == ExitCode.VALID, again.err
    assert _results(_events(again)) == _results(undisturbed)
    sys.stdout.write(f"killed after {len(killed.results())} results: recovered\n")  # for -rP


def test_a_campaign_that_is_killed_while_it_shrinks_is_run_again(tmp_path: Path) -> None:
    """The failures have been said with their replay commands; the shrunk one comes of the next."""
    file, shell = tmp_path / "doubled.toml", Shell(tmp_path / "state")
    file.write_text(DOUBLED)
    command = ("campaign", "--scenario", str(file), "--runs", "2", "--handler", NAIVE, "--json")
    killed = _killed(shell, tmp_path / "log", command, 2, "summary")
    _wait_until_gone(shell, killed)
    (summary,) = (event for event in killed.events if event["event"] == "summary")
    assert [failure["seed"] for failure in summary["failures"]] == [3, 4]
    assert all(failure["replay"] for failure in summary["failures"])
    assert not [event for event in killed.events if event["event"] == "shrunk"]
    again = shell.run(*command)
    assert again.code == ExitCode.BROKEN, again.err
    assert _results(_events(again)) == killed.results()
    (shrunk,) = again.events("shrunk")
    assert Path(shrunk["file"]).is_file()
    sys.stdout.write("killed while it shrank: recovered\n")  # for -rP
