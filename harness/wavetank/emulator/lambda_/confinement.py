"""The files and resources that a function's process may use, and how it confines itself.

Imported by the supervisor's script, which runs isolated from LocalStack's packages (`python -I
-S`), so this module only imports the standard library.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION_3 = 0x20080522  # <linux/capability.h>
CAPABILITIES_MAX = 64
OPEN_FILES_MAX = 1024  # AWS: "Lambda quotas", file descriptors
PROCESSES_MAX = 1024  # AWS: "Lambda quotas", execution processes and threads
LOWEST_PRIORITY = 19
MEGABYTE = 1024 * 1024
UNKNOWN = -1
"""The user number that means: the process keeps LocalStack's user."""


class Confinement(NamedTuple):
    """The files, limits and users of a function's process.

    A NamedTuple, because importing `dataclasses` takes too long (see `process_supervisor.Ended`).

    `mounts` are pairs of a path on the host and the path at which the function sees it; None if the
    kernel permits no namespaces, and the function sees the host's files. `links` are symbolic links
    of the private file system, `passwd` and `group` its user database. `task_root` is the folder
    with the code, as the function sees it. `tmp_megabytes` is the size of /tmp and of any file.
    `address_space_bytes` is a last limit far above the memory limit, which applies to memory in
    use. `user` is the number of the user and of its group that the process becomes.
    """

    task_root: str
    tmp_megabytes: int
    address_space_bytes: int
    user: int = UNKNOWN
    mounts: tuple[tuple[str, str], ...] | None = None
    links: tuple[tuple[str, str], ...] = ()
    passwd: str = ""
    group: str = ""

    def to_json(self) -> str:
        """The argument of the script."""
        return json.dumps(self._asdict())

    @classmethod
    def from_json(cls, text: str) -> "Confinement":
        """Parse the result of `to_json`."""
        values: dict[str, Any] = json.loads(text)
        return cls(**values)


def apply(confinement: Confinement) -> None:
    """Limit this process, give up all privileges, and enter the folder of the code."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES_MAX)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, confinement.address_space_bytes)
        _limit(resource.RLIMIT_FSIZE, confinement.tmp_megabytes * MEGABYTE)
        _limit(resource.RLIMIT_NPROC, _processes_max(confinement))
        with suppress(OSError):  # a container may deny it: all are then equally likely
            # When the host runs out of memory, a function is killed before LocalStack is.
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="utf-8")
        if confinement.mounts is None and confinement.user != UNKNOWN:
            # In a container's control group the kernel shares the processor out by process, not by
            # session: without this a thousand busy processes leave LocalStack next to nothing.
            os.nice(LOWEST_PRIORITY)
        _give_up_privileges(confinement.user)
    os.chdir(confinement.task_root)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (allowed, allowed))


def _processes_max(confinement: Confinement) -> int:
    """The limit of processes, which the kernel counts by user: others' may count too."""
    if confinement.mounts is not None or confinement.user != UNKNOWN:
        return PROCESSES_MAX
    running = Path("/proc/loadavg").read_text(encoding="utf-8").split()[3].partition("/")[2]
    return int(running) + PROCESSES_MAX


def _give_up_privileges(user: int) -> None:
    """Become the user, without any capability and any way to regain one by executing a file."""
    libc = ctypes.CDLL(None, use_errno=True)
    if user != UNKNOWN:
        os.setgroups([])
        os.setresgid(user, user, user)
    becomes_another = user != UNKNOWN or os.getuid() != 0
    if becomes_another:
        for capability in range(CAPABILITIES_MAX):
            # Fails above the kernel's last capability, and for a user who has none.
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    if user != UNKNOWN:
        os.setresuid(user, user, user)
    if becomes_another:
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        nothing = (ctypes.c_uint32 * 6)()
        libc.capset(ctypes.byref(header), ctypes.byref(nothing))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # A change of the user clears it. The supervisor set it before, and outlives the function.
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
