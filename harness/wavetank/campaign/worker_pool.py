"""Several workers on this machine, who take stories from one queue; one that dies is replaced."""

import threading
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from typing import Protocol

from wavetank.campaign.remote_error import Failed
from wavetank.campaign.results import StoryResult
from wavetank.campaign.worker_context import Stage
from wavetank.campaign.worker_process import Worker, WorkerDiedError
from wavetank.core.errors import InfrastructureError, WavetankError
from wavetank.simulation.runner import RunSpec

TRIES_MAX = 2
"""A story is tried again once where its worker died of it."""
IDLE_SECONDS_MAX = 300.0
"""Then a worker without work ends; the next story has another started."""

type Job = tuple[RunSpec, Future[StoryResult]]


class Crew(Protocol):
    """Whoever plays stories, several at a time."""

    @property
    def size(self) -> int:
        """How many at a time."""
        ...

    def submit(self, story: RunSpec) -> Future[StoryResult]:
        """Has the story played as soon as somebody is free.

        The future raises a UsageError where no story can be played, and an InfrastructureError
        where no worker could ever be started.
        """
        ...


class LocalCrew(AbstractContextManager["LocalCrew"]):
    """Processes, each with its own stage; they start when there is work for them."""

    def __init__(self, stage: Stage, size: int) -> None:
        self.size = size
        self._jobs = SimpleQueue[Job | None]()
        self._folder = TemporaryDirectory(prefix="wavetank-campaign-")
        folders = (Path(self._folder.name) / f"worker-{n}" for n in range(1, size + 1))
        was_open = threading.Event()
        self._keepers = [WorkerSlot(stage, self._jobs, folder, was_open) for folder in folders]
        for keeper in self._keepers:
            keeper.start()

    def submit(self, story: RunSpec) -> Future[StoryResult]:
        future = Future[StoryResult]()
        self._jobs.put((story, future))
        return future

    def process_ids(self) -> list[int]:
        """Of the workers that there are now."""
        return [process for keeper in self._keepers if (process := keeper.process_id())]

    def close(self) -> None:
        """Ends all at once; what is being played, or waits, is cancelled."""
        for keeper in self._keepers:
            keeper.close()
            self._jobs.put(None)
        for keeper in self._keepers:
            keeper.join()
        while not self._jobs.empty():
            if job := self._jobs.get():
                job[1].cancel()
        self._folder.cleanup()

    def __exit__(self, *details: object) -> None:
        self.close()


class WorkerSlot(threading.Thread):
    """Keeps one worker: starts it, hands it stories, replaces it.

    `was_open` is the crew's: set once any of its workers had its stage open.
    """

    def __init__(
        self,
        stage: Stage,
        jobs: SimpleQueue[Job | None],
        folder: Path,
        was_open: threading.Event,
    ) -> None:
        super().__init__(name=folder.name, daemon=True)
        self._stage = stage
        self._jobs = jobs
        self._folder = folder
        self._numbers = count(1)
        self._changing = threading.Lock()
        self._is_closed = False
        self._was_open = was_open
        self._worker: Worker | None = None

    def process_id(self) -> int | None:
        """Of the worker, while there is one."""
        worker = self._worker
        return worker.process_id if worker else None

    def close(self) -> None:
        """Ends the worker, for good."""
        with self._changing:
            self._is_closed = True
            if self._worker:
                self._worker.end()

    def run(self) -> None:
        """Takes one job after the other, until there is none or it is closed."""
        while (job := self._next()) and not self._is_closed:
            story, future = job
            try:
                result = self._try(story)
            except Exception as error:  # noqa: BLE001 - raised where the result is awaited
                self._give(future, error)
            else:
                self._give(future, result)
        if job:
            job[1].cancel()

    def _next(self) -> Job | None:
        while True:
            try:
                return self._jobs.get(timeout=IDLE_SECONDS_MAX if self._worker else None)
            except Empty:
                self._dismiss()

    def _give(self, future: Future[StoryResult], given: StoryResult | Exception) -> None:
        if self._is_closed:
            future.cancel()
        elif isinstance(given, Exception):
            future.set_exception(given)
        else:
            future.set_result(given)

    def _try(self, story: RunSpec) -> StoryResult:
        deaths: list[str] = []
        while len(deaths) < TRIES_MAX and not self._is_closed:
            try:
                return replace(self._play(story), deaths=len(deaths))
            except WorkerDiedError as death:
                deaths.append(str(death))
                self._dismiss()
        if not self._was_open.is_set():
            action = "see what its log says, or free memory: each worker takes about 0.7 GB"
            raise InfrastructureError("a worker that starts", "; then ".join(deaths), action)
        return StoryResult(story=story, trouble="; then ".join(deaths), deaths=len(deaths))

    def _play(self, story: RunSpec) -> StoryResult:
        answer = self._opened().play(story)
        if not isinstance(answer, Failed):
            return StoryResult(story=story, played=answer)
        self._dismiss()
        if answer.is_of_usage:
            raise answer.error()
        return StoryResult(story=story, trouble=str(answer.error()))

    def _opened(self) -> Worker:
        """The worker with its stage open."""
        worker = self._worker or self._hire()
        if not worker.is_open:
            try:
                worker.open()
            except WavetankError:
                self._dismiss()
                raise
            self._was_open.set()
        return worker

    def _hire(self) -> Worker:
        with self._changing:
            if self._is_closed:
                raise WorkerDiedError("the campaign is over")
            self._worker = Worker(self._stage, self._folder / str(next(self._numbers)))
            return self._worker

    def _dismiss(self) -> None:
        with self._changing:
            worker, self._worker = self._worker, None
        if worker:
            worker.end()
