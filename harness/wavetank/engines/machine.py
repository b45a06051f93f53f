"""Faults of the machine under a live sandbox, each with its healing.

What can be done depends on the engine: a container can be cut off from its network, a child process
cannot. A disk that is full is stood in for by the kernel's limit on the size of files, so that no
file of LocalStack's can grow and nobody's disk is really filled.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import StrEnum
from typing import TYPE_CHECKING

import psutil

from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.record import Engine, SandboxRecord
from wavetank.errors import InfrastructureError, UsageError
from wavetank.sandbox import SandboxControls

if TYPE_CHECKING:
    from docker.models.containers import Container

CLOCK_OFFSET_SECONDS = -3600.0
"""Behind: a clock that is ahead leaves records of the future, and silence until they are past."""
PYTHON = "/opt/code/localstack/.venv/bin/python"
LIMIT_FILES = """
import psutil, sys
for process in psutil.process_iter():
    if "localstack.runtime.main" in process.cmdline():
        process.rlimit(psutil.RLIMIT_FSIZE, (int(sys.argv[1]), psutil.RLIM_INFINITY))
"""
KILL = """
import psutil
for process in psutil.process_iter():
    if "localstack.runtime.main" in process.cmdline():
        process.kill()
"""


class MachineFault(StrEnum):
    """What happens to the machine."""

    PAUSE = "pause"
    KILL = "kill"
    NETWORK = "network"
    DISK = "disk"
    CLOCK = "clock"


type Fault = Callable[[], AbstractContextManager[None]]
"""Happens when it is entered, is healed when it is left; a kill is healed by whoever restarts."""


def machine_fault(
    fault: MachineFault, record: SandboxRecord, compose: ComposeSandbox
) -> AbstractContextManager[None]:
    """The fault, on the machine that the sandbox runs on.

    Raises:
        UsageError: that engine cannot have this fault.
    """
    faults = _faults(record, compose)
    if fault not in faults:
        raise UsageError(
            f"a fault that the engine {record.engine} can have ({', '.join(faults)})",
            fault,
            "choose another --fault, or start the sandbox with --engine docker",
        )
    return faults[fault]()


def _faults(record: SandboxRecord, compose: ComposeSandbox) -> Mapping[MachineFault, Fault]:
    clock: dict[MachineFault, Fault] = {MachineFault.CLOCK: lambda: _wrong_clock(record.endpoint)}
    match record.engine:
        case Engine.EMBEDDED:
            process = psutil.Process(record.localstack)
            return clock | {
                MachineFault.PAUSE: lambda: _stopped(process),
                MachineFault.KILL: lambda: _killed(process),
                MachineFault.DISK: lambda: _full_disk(process),
            }
        case Engine.DOCKER:
            container = compose.container()
            assert container is not None  # it has just told its record
            return clock | {
                MachineFault.PAUSE: lambda: _paused_container(container),
                MachineFault.KILL: lambda: _killed_in_container(container),
                MachineFault.NETWORK: lambda: _cut_off_container(container),
                MachineFault.DISK: lambda: _full_disk_in_container(container),
            }
        case Engine.ATTACHED:
            return clock


@contextmanager
def _stopped(process: psutil.Process) -> Iterator[None]:
    """The whole of LocalStack stands still, its functions included."""
    family = [process, *process.children(recursive=True)]
    _signal(family, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(family, signal.SIGCONT)


def _signal(family: list[psutil.Process], number: signal.Signals) -> None:
    for member in family:
        with suppress(ProcessLookupError):
            os.kill(member.pid, number)


@contextmanager
def _killed(process: psutil.Process) -> Iterator[None]:
    process.kill()
    yield


@contextmanager
def _full_disk(process: psutil.Process) -> Iterator[None]:
    process.rlimit(psutil.RLIMIT_FSIZE, (0, psutil.RLIM_INFINITY))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))


@contextmanager
def _wrong_clock(endpoint: str) -> Iterator[None]:
    controls = SandboxControls(endpoint)
    controls.move_clock(CLOCK_OFFSET_SECONDS)
    try:
        yield
    finally:
        controls.heal_clock()


@contextmanager
def _paused_container(container: "Container") -> Iterator[None]:
    container.pause()
    try:
        yield
    finally:
        container.unpause()


@contextmanager
def _killed_in_container(container: "Container") -> Iterator[None]:
    """From inside, since Docker does not restart what it was asked to kill."""
    _run(container, KILL)
    yield


@contextmanager
def _cut_off_container(container: "Container") -> Iterator[None]:
    client = container.client
    assert client is not None  # it came from one
    networks = [
        client.networks.get(name) for name in container.attrs["NetworkSettings"]["Networks"]
    ]
    for network in networks:
        network.disconnect(container)
    try:
        yield
    finally:
        for network in networks:
            network.connect(container)


@contextmanager
def _full_disk_in_container(container: "Container") -> Iterator[None]:
    _run(container, LIMIT_FILES, "0")
    try:
        yield
    finally:
        _run(container, LIMIT_FILES, str(psutil.RLIM_INFINITY))


def _run(container: "Container", script: str, *arguments: str) -> None:
    code, output = container.exec_run([PYTHON, "-c", script, *arguments])
    if code:
        raise InfrastructureError("Python to run in the container", str(output), "see its log")
