"""First thing in a function's process: makes it look like AWS's, then hands over to AWS's runtime.

Run as a script with `python -S`, and so with nothing but the standard library at hand. Then
`site`'s builtins are put back (`exit()` is used by handlers in the wild) and AWS's runtime
interface client takes over with the packages of AWS's runtime on its path and no others.

Confinement (Linux, where the kernel allows a mount namespace; elsewhere TMPDIR alone keeps
environments apart): /tmp is a file system of its own with the function's ephemeral storage as its
size, gone with the environment; the host's AWS configuration folder is covered by an empty one.

Usage: bootstrap.py CONFINEMENT_JSON RUNTIME_SITE
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import site
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

CLONE_NEWNS = 0x00020000  # <linux/sched.h>
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
MS_BIND = 4096  # <linux/mount.h>
MS_REC = 16384
MS_PRIVATE = 1 << 18
OPEN_FILES_MAX = 1024  # AWS: "Lambda quotas", file descriptors
COERCED_LOCALE = "C.UTF-8"
"""What Python adds where the host lacks AWS's locale (PEP 538); no function asked for it."""
TMP = Path("/tmp")  # noqa: S108 - the very folder that is given to each environment alone


@dataclass(frozen=True, kw_only=True)
class Confinement:
    """What a function's process may see and use.

    `user` and `group` are whom it becomes, -1 where it stays who it is.
    `tmp_megabytes` is the size of its own /tmp, `address_space_bytes` a last barrier far above the
    memory limit (which is enforced on what is really used), `visible` the folders it needs even
    when they lie below /tmp, `hidden` those that must look empty.
    """

    tmp_megabytes: int
    address_space_bytes: int
    visible: tuple[str, ...]
    hidden: tuple[str, ...]
    user: int = -1
    group: int = -1

    def to_json(self) -> str:
        """The script's argument."""
        return json.dumps(asdict(self))


def _mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = (source.encode(), os.fsencode(target), kind.encode(), flags, options.encode())
    if libc.mount(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"cannot mount on {target}: {os.strerror(code)}")


def _unshare_mounts() -> None:
    """Enters a mount namespace of our own, inside a user namespace where we are not root."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWNS if user == 0 else CLONE_NEWNS | CLONE_NEWUSER
    if libc.unshare(flags) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _mount("none", Path("/"), "", MS_REC | MS_PRIVATE)


def _private_tmp(confinement: Confinement) -> None:
    """Mounts an empty /tmp, and puts back the folders below it that the function needs."""
    below = [Path(path) for path in confinement.visible if Path(path).is_relative_to(TMP)]
    handles = [os.open(path, os.O_PATH) for path in below]
    _mount("tmpfs", TMP, "tmpfs", 0, f"size={confinement.tmp_megabytes}m,mode=0700")
    for path, handle in zip(below, handles, strict=True):
        path.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{handle}", path, "", MS_BIND | MS_REC)
        os.close(handle)


def _become(user: int, group: int) -> None:
    """Gives up the platform's rights; dying with the guardian has to be asked for again then."""
    if user < 0:
        return
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def confine(confinement: Confinement) -> None:
    """Applies all that the kernel lets us; what it refuses is left to TMPDIR and the variables."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES_MAX, OPEN_FILES_MAX))
    if sys.platform != "linux":
        return
    limit = confinement.address_space_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with contextlib.suppress(PermissionError):  # no namespaces here, as in some containers
        _unshare_mounts()
        for folder in confinement.hidden:
            _mount("tmpfs", Path(folder), "tmpfs", 0, "size=4k,mode=0700")
        _private_tmp(confinement)
        os.environ["TMPDIR"] = str(TMP)
    _become(confinement.user, confinement.group)
    os.chdir(os.environ["LAMBDA_TASK_ROOT"])  # through the new mounts


def main() -> None:
    """Entry point of the script: confine, then run the handler named in `_HANDLER` for ever."""
    _, confinement, runtime_site = sys.argv
    if os.environ.get("LC_CTYPE") == COERCED_LOCALE:
        del os.environ["LC_CTYPE"]
    confine(Confinement(**json.loads(confinement)))
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.argv = ["bootstrap", os.environ["_HANDLER"]]
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    sys.path.append(runtime_site)
    from awslambdaric import bootstrap  # noqa: PLC0415 - only in reach once the path is set
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415 - as above

    bootstrap.run(os.environ["_HANDLER"], LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))


if __name__ == "__main__":
    main()
