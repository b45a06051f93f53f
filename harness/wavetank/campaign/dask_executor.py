"""The same stories on a Dask cluster: each of its workers has a local crew, as this machine would.

A simulator replaces the time of its whole process, so it never runs in a process of the cluster:
each Dask worker starts a process for each of its threads, and ends them with the campaign.
Wavetank, and all that the pipeline is made of, must be installed there as it is here.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import metadata
from threading import Lock
from typing import Any
from uuid import uuid4

from distributed import Client, Worker, WorkerPlugin, get_worker
from distributed.scheduler import KilledWorker

from wavetank.campaign.remote_error import Failed
from wavetank.campaign.results import StoryResult
from wavetank.campaign.worker_context import Stage
from wavetank.campaign.worker_pool import LocalCrew
from wavetank.core.errors import InfrastructureError, UsageError, WavetankError
from wavetank.simulation.runner import RunSpec

CONNECT_SECONDS_MAX = 5
PACKAGE = "wavetank"


class CrewPlugin(WorkerPlugin):
    """On a Dask worker: its crew, from its first story until the campaign, or the worker, ends."""

    def __init__(self, name: str, stage: Stage) -> None:
        self.name = name
        self._stage = stage

    def setup(self, worker: Worker) -> None:
        self._crew = LocalCrew(self._stage, worker.state.nthreads)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - the plugin's interface
        self._crew.close()

    def play(self, story: RunSpec) -> StoryResult | Failed:
        """Waits for what comes of it, in one of the worker's threads."""
        try:
            return self._crew.submit(story).result()
        except WavetankError as error:
            return Failed.by(error)


def play_there(name: str, story: RunSpec) -> StoryResult | Failed:
    """What the scheduler is given, and a Dask worker runs."""
    plugin = get_worker().plugins[name]
    assert isinstance(plugin, CrewPlugin)  # of that name there is no other
    return plugin.play(story)


class DaskCrew:
    """The workers of a cluster; a Dask worker that dies is Dask's to replace."""

    def __init__(self, client: Any, name: str, size: int) -> None:
        self.size = size
        self._client = client
        self._name = name
        self._changing = Lock()
        self._waiting: set[Any] = set()

    def submit(self, story: RunSpec) -> Future[StoryResult]:
        told = Future[StoryResult]()
        remote = self._client.submit(play_there, self._name, story, pure=False)
        with self._changing:
            self._waiting.add(remote)
        remote.add_done_callback(lambda done: self._settle(done, story, told))
        return told

    def cancel(self) -> None:
        """Takes back what has not been played."""
        with self._changing:
            waiting = list(self._waiting)
        self._client.cancel(waiting, force=True)

    def _settle(self, remote: Any, story: RunSpec, told: Future[StoryResult]) -> None:
        with self._changing:
            self._waiting.discard(remote)
        if remote.cancelled():
            told.cancel()
            return
        try:
            answer = remote.result()
        except KilledWorker as error:
            told.set_result(StoryResult(story=story, trouble=str(error), deaths=1))
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            told.set_exception(error)
        else:
            if isinstance(answer, Failed):
                told.set_exception(answer.error())
            else:
                told.set_result(answer)


@contextmanager
def dask_crew(address: str, stage: Stage) -> Iterator[DaskCrew]:
    """The cluster's workers, for as long as the body runs; nothing of it is left there after.

    Raises:
        UsageError: the address is none.
        InfrastructureError: nobody answers there, or its workers cannot play.
    """
    with _connected(address) as client:
        threads = client.nthreads()
        if not threads:
            action = f"start one for each core: dask worker {address} --nworkers N --nthreads 1"
            raise InfrastructureError(f"workers on the cluster at {address}", "none", action)
        _check_versions(client)
        name = f"{PACKAGE}-{uuid4()}"
        client.register_plugin(CrewPlugin(name, stage), name=name)
        crew = DaskCrew(client, name, sum(threads.values()))
        try:
            yield crew
        finally:
            crew.cancel()
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
    """Wavetank's, on whatever machine this runs."""
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
