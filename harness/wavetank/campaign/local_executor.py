"""An executor of this host's processes, in which a worker that dies or hangs costs its task only.

`ProcessPoolExecutor` fails every pending task when one of its workers dies, and cannot end a task
that hangs. A handler may call native code and wait for ever, so here both must cost one case only;
and no process may outlive a campaign that is killed.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from wavetank.campaign.remote_error import Failed, TaskFailedError, WorkerDiedError
from wavetank.campaign.worker import Task
from wavetank.campaign.worker_context import WorkerContext
from wavetank.campaign.worker_process import WorkerProcess
from wavetank.core.errors import WavetankError

IDLE_SECONDS_MAX = 300.0
"""After that a worker without work is ended; the next task starts another."""

type Job = tuple[Task, Future[Any]]
type TaskLimit = Callable[[Task], float]


class LocalExecutor(Executor):
    """Executor that runs each task in one of its worker processes on this host.

    A worker starts when there is a task for it, and enters a context of its own once.

    A future raises what `Executor` documents, and also:
        TaskFailedError: the task raised an exception.
        WorkerDiedError: its worker died, or was killed after the seconds of `limit`.
        WavetankError: no worker can enter the context.
    """

    def __init__(self, context: WorkerContext, max_workers: int, limit: TaskLimit) -> None:
        self._jobs = SimpleQueue[Job | None]()
        self._folder = TemporaryDirectory(prefix="wavetank-campaign-")
        was_open = threading.Event()
        self._threads = [
            WorkerThread(
                context, self._jobs, Path(self._folder.name) / f"worker-{n}", limit, was_open
            )
            for n in range(1, max_workers + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future = Future[R]()
        self._jobs.put(((fn, args, kwargs), future))
        return future

    def process_ids(self) -> list[int]:
        """The ids of the workers that are running."""
        return [process for thread in self._threads if (process := thread.process_id())]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - as `Executor` has it; a worker never outlives it
        """End all workers at once; tasks that run or wait are cancelled."""
        for thread in self._threads:
            thread.close()
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        while not self._jobs.empty():
            if job := self._jobs.get():
                job[1].cancel()
        self._folder.cleanup()


class WorkerThread(threading.Thread):
    """Thread that controls one worker process: starts it, gives it tasks, and replaces it.

    `was_open` belongs to the executor, and is set once any of its workers has entered its context.
    """

    def __init__(
        self,
        context: WorkerContext,
        jobs: SimpleQueue[Job | None],
        folder: Path,
        limit: TaskLimit,
        was_open: threading.Event,
    ) -> None:
        super().__init__(name=folder.name, daemon=True)
        self._context = context
        self._jobs = jobs
        self._folder = folder
        self._limit = limit
        self._was_open = was_open
        self._numbers = count(1)
        self._changing = threading.Lock()
        self._is_closed = False
        self._worker: WorkerProcess | None = None

    def process_id(self) -> int | None:
        """The id of the worker, if one is running."""
        worker = self._worker
        return worker.process_id if worker else None

    def close(self) -> None:
        """End the worker; no other is started."""
        with self._changing:
            self._is_closed = True
            if self._worker:
                self._worker.end()

    def run(self) -> None:
        """Run one job after the other, until there is none or the thread is closed."""
        while (job := self._next()) and not self._is_closed:
            task, future = job
            try:
                result = self._run_task(task)
            except Exception as error:  # noqa: BLE001 - raised where the result is awaited
                self._settle(future, error=error)
            else:
                self._settle(future, result)
        if job:
            job[1].cancel()

    def _next(self) -> Job | None:
        while True:
            try:
                return self._jobs.get(timeout=IDLE_SECONDS_MAX if self._worker else None)
            except Empty:
                self._dismiss()

    def _settle(
        self, future: Future[Any], result: object = None, error: Exception | None = None
    ) -> None:
        if self._is_closed:
            future.cancel()
        elif error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    def _run_task(self, task: Task) -> object:
        try:
            answer = self._opened().run(task, self._limit(task))
        except WorkerDiedError as death:
            self._dismiss()
            raise WorkerDiedError(str(death), was_open=self._was_open.is_set()) from death
        if isinstance(answer, Failed):
            self._dismiss()
            raise TaskFailedError(answer)
        return answer

    def _opened(self) -> WorkerProcess:
        """The worker in its context."""
        worker = self._worker or self._start_worker()
        if not worker.is_open:
            try:
                worker.open()
            except WavetankError:
                self._dismiss()
                raise
            self._was_open.set()
        return worker

    def _start_worker(self) -> WorkerProcess:
        with self._changing:
            if self._is_closed:
                raise WorkerDiedError("the executor is shut down")
            self._worker = WorkerProcess(self._context, self._folder / str(next(self._numbers)))
            return self._worker

    def _dismiss(self) -> None:
        with self._changing:
            worker, self._worker = self._worker, None
        if worker:
            worker.end()
