"""Faults of a sandbox's host, and how each is reverted.

A container can be disconnected from its network, a child process cannot. A full disk is simulated
with the kernel's limit on the size of files: no file of LocalStack can grow, and no real disk is
filled.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.faults.catalogue import kinds_of
from wavetank.faults.changes import HostChange
from wavetank.faults.host_faults import DiskFull, HostFault, HostPaused, NetworkCut
from wavetank.faults.resources import HostFaultTarget

if TYPE_CHECKING:
    from docker.models.containers import Container

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


@dataclass(frozen=True)
class HostFaultEffect:
    """The functions that begin and revert a host fault.

    A killed process needs no revert: the sandbox restarts it.
    """

    begin: Callable[[], object]
    revert: Callable[[], object] = lambda: None


def host_kinds(engine: Engine) -> tuple[type[HostFault], ...]:
    """The faults of the host that a sandbox of this engine supports.

    None for a sandbox that is only known by its endpoint, because its process is not known.
    """
    if engine is Engine.ATTACHED:
        return ()
    kinds = kinds_of(EngineName(engine))
    return tuple(kind for kind in kinds if issubclass(kind, HostFault))


@dataclass(frozen=True)
class SandboxHost:
    """Injects and reverts host faults in the process or the container of a sandbox."""

    record: SandboxRecord
    compose: ComposeSandbox

    def change(self, kind: type[HostFault]) -> HostChange:
        """What it takes to revert the fault, before it begins.

        Raises:
            UsageError: the engine does not support it.
        """
        possible = host_kinds(self.record.engine)
        if kind not in possible:
            names = ", ".join(one.kind for one in possible) or "none"
            raise UsageError(
                f"a fault of the host that {self.record.engine} supports ({names})",
                kind.kind,
                "choose another --fault, or start the sandbox with --engine docker",
            )
        if self.record.engine == Engine.EMBEDDED:
            process = self.record.localstack
            born = psutil.Process(process).create_time()
            return HostChange(fault=kind.kind, process=process, born=born)
        container = self.compose.container() if kind is NetworkCut else None
        networks = container.attrs["NetworkSettings"]["Networks"] if container else ()
        return HostChange(fault=kind.kind, process=0, born=0.0, networks=tuple(networks))

    def begin(self, change: HostFaultTarget) -> None:
        """Inject the fault."""
        self._effect(change).begin()

    def revert(self, change: HostFaultTarget) -> bool:
        """Revert it; returns False if the process or container that had it is gone."""
        if change.process and not _still_exists(change):
            return False
        if not change.process and self.compose.container() is None:
            return False
        self._effect(change).revert()
        return True

    def _effect(self, change: HostFaultTarget) -> HostFaultEffect:
        if change.process:
            return _of_process(change.fault, psutil.Process(change.process))
        container = self.compose.container()
        assert container is not None  # the record was read from this container
        return _of_container(change, container)


def _still_exists(change: HostFaultTarget) -> bool:
    try:
        return psutil.Process(change.process).create_time() == change.born
    except psutil.NoSuchProcess:
        return False


def _of_process(fault: str, process: psutil.Process) -> HostFaultEffect:
    match fault:
        case HostPaused.kind:  # all of LocalStack, including its functions
            return HostFaultEffect(
                lambda: _signal(process, signal.SIGSTOP), lambda: _signal(process, signal.SIGCONT)
            )
        case DiskFull.kind:
            return HostFaultEffect(
                lambda: process.rlimit(psutil.RLIMIT_FSIZE, (0, psutil.RLIM_INFINITY)),
                lambda: process.rlimit(
                    psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY)
                ),
            )
        case _:
            return HostFaultEffect(process.kill)


def _of_container(change: HostFaultTarget, container: "Container") -> HostFaultEffect:
    match change.fault:
        case HostPaused.kind:
            return HostFaultEffect(container.pause, lambda: _unpause(container))
        case NetworkCut.kind:
            return HostFaultEffect(
                lambda: _on_networks(change, container, "disconnect"),
                lambda: _on_networks(change, container, "connect"),
            )
        case DiskFull.kind:
            return HostFaultEffect(
                lambda: _run(container, LIMIT_FILES, "0"),
                lambda: _run(container, LIMIT_FILES, str(psutil.RLIM_INFINITY)),
            )
        case _:  # from inside: Docker does not restart a container that `docker kill` stopped
            return HostFaultEffect(lambda: _run(container, KILL))


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    for member in (process, *process.children(recursive=True)):
        with suppress(ProcessLookupError):
            os.kill(member.pid, number)


def _unpause(container: "Container") -> None:
    container.reload()
    if container.status == "paused":
        container.unpause()


def _on_networks(change: HostFaultTarget, container: "Container", operation: str) -> None:
    """Connect it to, or disconnect it from, these networks, where that is not so already."""
    client = container.client
    assert client is not None  # made from a container
    container.reload()
    joined = container.attrs["NetworkSettings"]["Networks"]
    for name in change.networks:
        if (name in joined) == (operation == "disconnect"):
            getattr(client.networks.get(name), operation)(container)


def _run(container: "Container", script: str, *arguments: str) -> None:
    code, output = container.exec_run([PYTHON, "-c", script, *arguments])
    if code:
        raise InfrastructureError("Python to run in the container", str(output), "see its log")
