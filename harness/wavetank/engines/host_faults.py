"""Faults of the machine under a live sandbox, each with its healing.

What can be done depends on the engine: a container can be cut off from its network, a child process
cannot. A disk that is full is stood in for by the kernel's limit on the size of files, so that no
file of LocalStack's can grow and nobody's disk is really filled.
"""

import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import psutil

from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.faults.change_journal import HostChange

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


FAULTS: Mapping[Engine, tuple[MachineFault, ...]] = {
    Engine.EMBEDDED: tuple(fault for fault in MachineFault if fault is not MachineFault.NETWORK),
    Engine.DOCKER: tuple(MachineFault),
    Engine.ATTACHED: (MachineFault.CLOCK,),
}
"""Which engine can have which."""


@dataclass(frozen=True)
class HostFaultEffect:
    """How a fault begins and how it is reverted; a kill is reverted by whoever restarts."""

    begin: Callable[[], object]
    revert: Callable[[], object] = lambda: None


def host_change(fault: MachineFault, record: SandboxRecord, compose: ComposeSandbox) -> HostChange:
    """What is to be known to revert the fault.

    Raises:
        UsageError: that engine cannot have this fault.
    """
    possible = FAULTS[record.engine]
    if fault not in possible:
        raise UsageError(
            f"a fault that the engine {record.engine} can have ({', '.join(possible)})",
            fault,
            "choose another --fault, or start the sandbox with --engine docker",
        )
    if record.engine == Engine.EMBEDDED:
        born = psutil.Process(record.localstack).create_time()
        return HostChange(fault=fault, process=record.localstack, born=born)
    container = compose.container() if fault is MachineFault.NETWORK else None
    networks = container.attrs["NetworkSettings"]["Networks"] if container else ()
    return HostChange(fault=fault, process=0, born=0.0, networks=tuple(networks))


def begin_fault(change: HostChange, record: SandboxRecord, compose: ComposeSandbox) -> None:
    """Has the machine under the sandbox that fault."""
    _effect(change, record, compose).begin()


def revert_fault(change: HostChange, record: SandboxRecord, compose: ComposeSandbox) -> bool:
    """Reverts the fault; False where the machine that had it is gone, and the fault with it."""
    if change.process and not _is_there(change):
        return False
    if not change.process and record.engine == Engine.DOCKER and compose.container() is None:
        return False
    _effect(change, record, compose).revert()
    return True


def _is_there(change: HostChange) -> bool:
    try:
        return psutil.Process(change.process).create_time() == change.born
    except psutil.NoSuchProcess:
        return False


def _effect(change: HostChange, record: SandboxRecord, compose: ComposeSandbox) -> HostFaultEffect:
    if change.fault == MachineFault.CLOCK:
        controls = SandboxControls(record.endpoint)
        return HostFaultEffect(
            lambda: controls.move_clock(CLOCK_OFFSET_SECONDS), controls.heal_clock
        )
    if change.process:
        return _of_process(MachineFault(change.fault), psutil.Process(change.process))
    container = compose.container()
    assert container is not None  # it has just told its record
    return _of_container(change, container)


def _of_process(fault: MachineFault, process: psutil.Process) -> HostFaultEffect:
    match fault:
        case MachineFault.PAUSE:  # the whole of LocalStack, its functions included
            return HostFaultEffect(
                lambda: _signal(process, signal.SIGSTOP), lambda: _signal(process, signal.SIGCONT)
            )
        case MachineFault.DISK:
            return HostFaultEffect(
                lambda: process.rlimit(psutil.RLIMIT_FSIZE, (0, psutil.RLIM_INFINITY)),
                lambda: process.rlimit(
                    psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY)
                ),
            )
        case _:
            return HostFaultEffect(process.kill)


def _of_container(change: HostChange, container: "Container") -> HostFaultEffect:
    match MachineFault(change.fault):
        case MachineFault.PAUSE:
            return HostFaultEffect(container.pause, lambda: _unpause(container))
        case MachineFault.NETWORK:
            return HostFaultEffect(
                lambda: _on_networks(change, container, "disconnect"),
                lambda: _on_networks(change, container, "connect"),
            )
        case MachineFault.DISK:
            return HostFaultEffect(
                lambda: _run(container, LIMIT_FILES, "0"),
                lambda: _run(container, LIMIT_FILES, str(psutil.RLIM_INFINITY)),
            )
        case _:  # from inside, since Docker does not restart what it was asked to kill
            return HostFaultEffect(lambda: _run(container, KILL))


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    for member in (process, *process.children(recursive=True)):
        with suppress(ProcessLookupError):
            os.kill(member.pid, number)


def _unpause(container: "Container") -> None:
    container.reload()
    if container.status == "paused":
        container.unpause()


def _on_networks(change: HostChange, container: "Container", operation: str) -> None:
    """Connects it to, or disconnects it from, those networks where that is not so already."""
    client = container.client
    assert client is not None  # it came from one
    container.reload()
    joined = container.attrs["NetworkSettings"]["Networks"]
    for name in change.networks:
        if (name in joined) == (operation == "disconnect"):
            getattr(client.networks.get(name), operation)(container)


def _run(container: "Container", script: str, *arguments: str) -> None:
    code, output = container.exec_run([PYTHON, "-c", script, *arguments])
    if code:
        raise InfrastructureError("Python to run in the container", str(output), "see its log")
