"""A worker process, seen from its parent: given tasks, and killed with all its descendants.

It is a supervised process, so it ends with this one, however this one ends.
"""

import os
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from wavetank.campaign.remote_error import Failed, WorkerDiedError
from wavetank.campaign.worker import Task
from wavetank.campaign.worker_context import WorkerContext
from wavetank.engines.supervised_process import Program, SupervisedProcess

BOOT_SECONDS_MAX = 300.0


class WorkerProcess:
    """A worker process as its parent controls it: one thread sends tasks, any thread may end it.

    `folder` is for its log and its temporary files; the caller removes it.
    """

    def __init__(self, context: WorkerContext, folder: Path) -> None:
        folder.mkdir(parents=True)
        their_tasks, ours = os.pipe()
        answers, theirs = os.pipe()
        self._tasks = Connection(ours, readable=False)
        self._answers = Connection(answers, writable=False)
        self._ending = threading.Lock()
        self._is_ended = False
        self._child = _start(folder, (their_tasks, theirs))
        self._context = context
        self._paths = (sys.path, str(folder))
        self._is_open = False

    @property
    def process_id(self) -> int:
        """The id of the process."""
        return self._child.process_id

    @property
    def is_open(self) -> bool:
        """Whether it has entered its context, and can run tasks."""
        return self._is_open

    def open(self) -> None:
        """Wait until it has entered its context.

        Raises:
            WorkerDiedError: it died.
            WavetankError: the context cannot be entered, by any worker.
        """
        failed = self._ask(self._paths, self._context, within_seconds=BOOT_SECONDS_MAX)
        if isinstance(failed, Failed):
            raise failed.error()
        self._is_open = True

    def run(self, task: Task, seconds_max: float) -> object:
        """The task's result, or a Failed after which the process ends by itself.

        Raises:
            WorkerDiedError: it died, or took longer than `seconds_max`.
        """
        return self._ask(task, within_seconds=seconds_max)

    def end(self) -> None:
        """Kill it and all that it started; returns when they are gone."""
        with self._ending:
            if not self._is_ended:
                self._is_ended = True
                self._child.stop()

    def _ask(self, *orders: object, within_seconds: float) -> object:
        try:
            for order in orders:
                self._tasks.send(order)
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
        reason = ", as the system does when memory is short" if how == "signal 9" else ""
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
