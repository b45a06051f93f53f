"""A worker's process as the one that started it sees it: asked to play, and gone when it is ended.

It is under a supervisor, so it ends with this process, however this process ends.
"""

import os
import sys
import threading
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from wavetank.campaign.remote_error import Failed
from wavetank.campaign.worker_context import Stage
from wavetank.engines.supervised_process import Program, SupervisedProcess
from wavetank.simulation.runner import RunResult, RunSpec

BOOT_SECONDS_MAX = 300.0
STORY_SECONDS_MAX = 120.0
SECONDS_PER_DAY_MAX = 600.0
"""Of real time, for a virtual day: a simulator takes a few, on a machine that does nothing else."""
DAY = timedelta(days=1)


class WorkerDiedError(Exception):
    """The process is gone, or had to be ended; says how."""


class Worker:
    """One process, from its start to its end; asked by one thread, ended by any.

    `folder` is for its log and its temporary files, and is its owner's to remove.
    """

    def __init__(self, stage: Stage, folder: Path) -> None:
        folder.mkdir(parents=True)
        their_orders, ours = os.pipe()
        answers, theirs = os.pipe()
        self._orders = Connection(ours, readable=False)
        self._answers = Connection(answers, writable=False)
        self._ending = threading.Lock()
        self._is_ended = False
        self._child = _start(folder, (their_orders, theirs))
        self._stage = stage
        self._told = (sys.path, str(folder))
        self._is_open = False

    @property
    def process_id(self) -> int:
        """Of the process that plays."""
        return self._child.process_id

    @property
    def is_open(self) -> bool:
        """Whether it has its stage, and waits for stories or plays one."""
        return self._is_open

    def open(self) -> None:
        """Waits until the stage is open.

        Raises:
            WorkerDiedError: it died.
            WavetankError: the stage cannot be opened, here or anywhere.
        """
        failed = self._ask(self._told, self._stage, within_seconds=BOOT_SECONDS_MAX)
        if isinstance(failed, Failed):
            raise failed.error()
        self._is_open = True

    def play(self, story: RunSpec) -> RunResult | Failed:
        """What came of the story; after a failure the process ends by itself.

        Raises:
            WorkerDiedError: it died.
        """
        days = story.scenario.horizon / DAY
        seconds = STORY_SECONDS_MAX + days * SECONDS_PER_DAY_MAX
        answer = self._ask(story, within_seconds=seconds)
        assert isinstance(answer, RunResult | Failed)  # nothing else is sent
        return answer

    def end(self) -> None:
        """Kills it and whatever it started; returns when they are gone."""
        with self._ending:
            if not self._is_ended:
                self._is_ended = True
                self._child.stop()

    def _ask(self, *orders: object, within_seconds: float) -> object:
        try:
            for order in orders:
                self._orders.send(order)
            if self._answers.poll(within_seconds):
                return self._answers.recv()
        except (EOFError, OSError) as error:
            raise WorkerDiedError(self._exit_description()) from error
        raise WorkerDiedError(f"a worker gave no answer within {within_seconds:.0f} s")

    def _exit_description(self) -> str:
        with self._ending:
            if self._is_ended:
                return "the worker was ended"
            how = self._child.exit_description()
            lines = self._child.last_log_lines()
        reason = ", as the system does where memory is short" if how == "signal 9" else ""
        return f"a worker died ({how}{reason})" + (f", and its log ends: {lines}" if lines else "")


def _start(folder: Path, descriptors: tuple[int, int]) -> SupervisedProcess:
    numbers = [str(descriptor) for descriptor in descriptors]
    program = Program(
        command=[sys.executable, "-m", "wavetank.campaign.worker", *numbers],
        folder=Path.cwd(),
        log_file=folder / "log",
        variables=None,
        grace_seconds=0.0,
        descriptors=descriptors,
    )
    try:
        return SupervisedProcess(program)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
