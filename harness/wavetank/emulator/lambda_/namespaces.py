"""Linux namespaces of one execution environment, and the first process in them.

The supervisor enters new user, mount, PID and IPC namespaces and forks the first process of the PID
namespace, `init`. It creates the private file system, reaps orphans, and stops and continues all
processes of the namespace: kill(-1) misses none, whatever forks meanwhile. When it dies the
kernel kills every process of the namespace, so that none can survive its environment.
[pid_namespaces(7), user_namespaces(7), kill(2)]

The user namespace is what permits the rest to an ordinary user. Root gets one too: RLIMIT_NPROC
counts by user namespace, and further user namespaces can be forbidden in it.
"""

import ctypes
import os
import signal
import sys
import time  # noqa: TID251 - this process has no clock but the kernel's
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wavetank.emulator.lambda_ import private_root
from wavetank.emulator.lambda_.confinement import PR_SET_PDEATHSIG, UNKNOWN, Confinement
from wavetank.emulator.lambda_.process_tree import is_stopped

CLONE_NEWNS = 0x00020000  # <linux/sched.h>
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
PR_SET_DUMPABLE = 4  # <linux/prctl.h>
ALL_USERS = "0 0 4294967295"
FUNCTION_USER = 993
"""The number of AWS's sbx_user1051, which functions of an ordinary user see as theirs."""
STOP = b"S"
CONTINUE = b"C"
STOPPED = b"S"
"""The answer to STOP: none of the namespace's threads can run."""
STOP_SECONDS_MAX = 5.0
"""A thread in an uninterruptible call is not waited for longer."""
STOP_ROUND_SECONDS = 0.001


def enter() -> None:
    """Move this process into new namespaces; its next child is the first of the PID namespace.

    Raises:
        OSError: the kernel, a security module or a container does not permit it.
    """
    user, group = os.getuid(), os.getgid()
    released, release = os.pipe()
    writer = os.fork()
    if writer == 0:
        # Root's map contains several users: only a process outside of the namespace may write it.
        os.close(release)
        os._exit(_write_maps(user, group) if os.read(released, 1) else 0)
    libc = ctypes.CDLL(None, use_errno=True)
    entered = libc.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC) == 0
    code = ctypes.get_errno()
    if entered:
        os.write(release, b"1")
    os.close(release)
    os.close(released)
    status = os.waitpid(writer, 0)[1]
    if not entered or status != 0:
        raise OSError(code, f"no namespaces: {os.strerror(code)}")


def _write_maps(user: int, group: int) -> int:
    """In the helper process: map the parent's users; returns the helper's exit code."""
    folder = Path(f"/proc/{os.getppid()}")
    is_root = user == 0
    try:
        if not is_root:
            (folder / "setgroups").write_text("deny", encoding="utf-8")
        uids = ALL_USERS if is_root else f"{FUNCTION_USER} {user} 1"
        gids = ALL_USERS if is_root else f"{FUNCTION_USER} {group} 1"
        (folder / "uid_map").write_text(uids, encoding="utf-8")
        (folder / "gid_map").write_text(gids, encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"cannot map users: {error}\n")
        return 1
    return 0


def start_init(confinement: Confinement, control: int) -> int:
    """Fork the first process of the PID namespace, wait for its file system, and return its id.

    `control` is the descriptor of the socket from which it reads STOP, which it answers by STOPPED,
    and CONTINUE.

    Raises:
        OSError: the file system could not be created; the reason is on standard error.
    """
    ready, ready_end = os.pipe()
    init = os.fork()
    if init == 0:
        os.close(ready)
        _be_init(confinement, control, ready_end)
    os.close(ready_end)
    is_ready = os.read(ready, 1)
    os.close(ready)
    if not is_ready:
        os.waitpid(init, 0)
        raise OSError("no file system of its own")
    return init


def _be_init(confinement: Confinement, control: int, ready_end: int) -> None:
    """The main loop of the first process. Never returns."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    try:
        owner = FUNCTION_USER if confinement.user == UNKNOWN else confinement.user
        private_root.enter(confinement, owner)
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        os._exit(1)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # otherwise the function could trace it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps orphans then
    os.write(ready_end, b"1")
    for descriptor in (0, 1, 2, ready_end):
        os.close(descriptor)
    while command := os.read(control, 1):
        if command == CONTINUE:
            _signal_namespace(signal.SIGCONT)
            continue
        _stop_namespace()
        os.write(control, STOPPED)
    os._exit(0)


def _stop_namespace() -> None:
    """Stop every other process of this namespace, and return when none of them can run.

    A process that is signalled in the middle of fork() stops only once it has forked, and its child
    is born with the signal. A SIGCONT before that continues the parent alone: Linux drops it for
    the unborn child, since a process that does not handle SIGCONT ignores it. The child would stay
    stopped for ever. So nothing is continued before all are stopped.
    """
    deadline = time.monotonic() + STOP_SECONDS_MAX
    _signal_namespace(signal.SIGSTOP)
    while not all(map(is_stopped, _other_processes())) and time.monotonic() < deadline:
        time.sleep(STOP_ROUND_SECONDS)
        _signal_namespace(signal.SIGSTOP)


def _signal_namespace(number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # no process is left
        os.kill(-1, number)


def _other_processes() -> Iterator[int]:
    """The processes of this namespace, as its /proc shows them, without this one."""
    numbers = (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - names are wanted
    return (number for number in numbers if number != os.getpid())
