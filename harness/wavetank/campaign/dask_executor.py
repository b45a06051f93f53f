"""An executor on a Dask cluster: each of its workers has a `LocalExecutor`, as this host would.

A simulator replaces the time of its whole process, so it never runs in a process of the cluster:
each Dask worker starts a process for each of its threads, and ends them with the campaign.
Wavetank, and all that the pipeline is made of, must be installed there as it is here.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from threading import Lock
from typing import Any
from uuid import uuid4

from distributed import Client, Worker, WorkerPlugin, get_worker
from distributed.scheduler import KilledWorker

from wavetank.campaign.local_executor import LocalExecutor, TaskLimit
from wavetank.campaign.remote_error import Failed, TaskFailedError, WorkerDiedError
from wavetank.campaign.worker_context import WorkerContext
from wavetank.core.errors import InfrastructureError, UsageError, WavetankError

CONNECT_SECONDS_MAX = 5
PACKAGE = "wavetank"


class ExecutorPlugin(WorkerPlugin):
    """Dask plug-in that gives each Dask worker a `LocalExecutor` until the campaign ends."""

    def __init__(self, name: str, context: WorkerContext, limit: TaskLimit) -> None:
        self.name = name
        self._context = context
        self._limit = limit

    def setup(self, worker: Worker) -> None:
        self._executor = LocalExecutor(self._context, worker.state.nthreads, self._limit)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - the plugin's interface
        self._executor.shutdown()

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a task in one of the worker's processes; this blocks one of its threads.

        Exceptions are returned, as data or as those that can be pickled.
        """
        try:
            return self._executor.submit(function, *args, **kwargs).result()
        except TaskFailedError as error:
            return _Raised(task=error.failed)
        except WorkerDiedError as error:
            return _Raised(death=str(error), was_open=error.was_open)
        except WavetankError as error:
            return _Raised(context=Failed.by(error))


@dataclass(frozen=True, kw_only=True)
class _Raised:
    """What a task raised on a Dask worker: exactly one of the three."""

    task: Failed | None = None
    context: Failed | None = None
    death: str = ""
    was_open: bool = True

    def error(self) -> Exception:
        if self.task is not None:
            return TaskFailedError(self.task)
        if self.context is not None:
            return self.context.error()
        return WorkerDiedError(self.death, was_open=self.was_open)


def run_there(name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What the scheduler is given, and a Dask worker runs."""
    plugin = get_worker().plugins[name]
    assert isinstance(plugin, ExecutorPlugin)  # the name is unique
    return plugin.run(function, *args, **kwargs)


class DaskExecutor(Executor):
    """Executor that runs tasks on the workers of a Dask cluster.

    Its futures raise the same exceptions as those of `LocalExecutor`. Dask replaces lost workers.
    """

    def __init__(self, client: Any, name: str, workers: int) -> None:
        self.workers = workers
        self._client = client
        self._name = name
        self._changing = Lock()
        self._waiting: set[Any] = set()

    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        local = Future[R]()
        remote = self._client.submit(run_there, self._name, fn, *args, **kwargs, pure=False)
        with self._changing:
            self._waiting.add(remote)
        remote.add_done_callback(lambda done: self._settle(done, local))
        return local

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - as `Executor` has it; a task never outlives it
        """Cancel all tasks that have no result."""
        with self._changing:
            waiting = list(self._waiting)
        self._client.cancel(waiting, force=True)

    def _settle(self, remote: Any, local: Future[Any]) -> None:
        with self._changing:
            self._waiting.discard(remote)
        if remote.cancelled():
            local.cancel()
            return
        try:
            answer = remote.result()
        except KilledWorker as error:
            local.set_exception(WorkerDiedError(str(error)))
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            local.set_exception(error)
        else:
            if isinstance(answer, _Raised):
                local.set_exception(answer.error())
            else:
                local.set_result(answer)


@contextmanager
def dask_executor(address: str, context: WorkerContext, limit: TaskLimit) -> Iterator[DaskExecutor]:
    """The cluster's workers for the body; nothing of the campaign stays there afterwards.

    Raises:
        UsageError: the address is invalid.
        InfrastructureError: nothing answers there, or the workers have no or another Wavetank.
    """
    with _connected(address) as client:
        threads = client.nthreads()
        if not threads:
            action = f"start one for each core: dask worker {address} --nworkers N --nthreads 1"
            raise InfrastructureError(f"workers on the cluster at {address}", "none", action)
        _check_versions(client)
        name = f"{PACKAGE}-{uuid4()}"
        client.register_plugin(ExecutorPlugin(name, context, limit), name=name)
        executor = DaskExecutor(client, name, sum(threads.values()))
        try:
            yield executor
        finally:
            executor.shutdown()
            client.unregister_worker_plugin(name)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        client: Any = Client(  # type: ignore[no-untyped-call]  # as distributed has it
            address, timeout=CONNECT_SECONDS_MAX, set_as_default=False
        )
    except ValueError as error:
        action = "write it as Dask's scheduler prints it, such as tcp://127.0.0.1:8786"
        raise UsageError(
            "the address of a Dask scheduler", f"{address}: {error}", action
        ) from error
    except OSError as error:
        action = "check the address, and that the scheduler runs: dask scheduler"
        found = f"no answer within {CONNECT_SECONDS_MAX} s ({error})"
        raise InfrastructureError(f"a Dask scheduler at {address}", found, action) from error
    try:
        yield client
    finally:
        client.close()


def version_there() -> str:
    """The version of Wavetank where this runs."""
    return metadata.version(PACKAGE)


def _check_versions(client: Any) -> None:
    here = metadata.version(PACKAGE)
    action = f"install Wavetank {here} for each worker, in the same folder as here"
    try:
        found = client.run(version_there, on_error="return")
    except OSError as error:
        raise InfrastructureError("workers with Wavetank", str(error), action) from error
    wrong = {worker: version for worker, version in found.items() if version != here}
    if wrong:
        worker, version = next(iter(wrong.items()))
        expected = f"Wavetank {here} on each of {len(found)} Dask workers"
        raise InfrastructureError(expected, f"{version!r} on {worker}", action)
