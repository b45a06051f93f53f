"""A private file system for one execution environment: read-only, with few files of the host.

A tmpfs with the folders that a function needs, each a read-only bind of the host's. /tmp is a tmpfs
with the function's ephemeral storage as its size, /proc shows the PID namespace of the caller, and
/dev has the five devices below: like on AWS there is no /dev/shm.
[mount_namespaces(7), pivot_root(2), mount_setattr(2); Linux 5.12]
"""

import ctypes
import os
from pathlib import Path

from wavetank.emulator.lambda_.confinement import Confinement

MS_RDONLY = 0x1  # <linux/mount.h>
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 0x2
MOUNT_ATTR_RDONLY = 0x1
MOUNT_ATTR_NOSUID = 0x2
MOUNT_ATTR_NODEV = 0x4
AT_FDCWD = -100
AT_RECURSIVE = 0x8000
SYS_MOUNT_SETATTR = 442  # the number is the same on every architecture
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
DEVICES = ("full", "null", "random", "urandom", "zero")
STAGE = Path("/tmp")  # noqa: S108 - covered in this mount namespace only, and left by pivot_root
ROOT_OPTIONS = "size=1m,nr_inodes=8192,mode=0755"
NO_NAMESPACES = "/proc/sys/user/max_user_namespaces"

_LIBC = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def enter(confinement: Confinement, owner: int) -> None:
    """Create the file system and move this process's mount namespace into it.

    Called by the first process of a new mount and PID namespace. `owner` is the number of the user
    that owns /tmp.
    """
    mounts = confinement.mounts or ()
    sources = [(target, os.open(source, os.O_PATH)) for source, target in mounts]
    devices = [(name, os.open(f"/dev/{name}", os.O_PATH)) for name in DEVICES]
    _mount("none", Path("/"), "", MS_REC | MS_PRIVATE)
    _mount("tmpfs", STAGE, "tmpfs", MS_NOSUID | MS_NODEV, ROOT_OPTIONS)
    for target, handle in sources:
        _bind(handle, STAGE / target.lstrip("/"))
    _make_devices(devices)
    for link, target in confinement.links:
        (STAGE / link.lstrip("/")).symlink_to(target)
    _write(STAGE / "etc/passwd", confinement.passwd)
    _write(STAGE / "etc/group", confinement.group)
    _mount("proc", _folder(STAGE / "proc"), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    options = f"size={confinement.tmp_megabytes}m,mode=0700,uid={owner},gid={owner}"
    _mount("tmpfs", _folder(STAGE / "tmp"), "tmpfs", MS_NOSUID | MS_NODEV, options)
    _pivot()
    read_only = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV
    _mount("none", Path("/"), "", read_only)
    # Forbid user namespaces within this one: they would restore the right to mount.
    Path(NO_NAMESPACES).write_text("0", encoding="utf-8")


def _make_devices(devices: list[tuple[str, int]]) -> None:
    folder = _folder(STAGE / "dev")
    for name, handle in devices:
        _write(folder / name, "")
        _mount(f"/proc/self/fd/{handle}", folder / name, "", MS_BIND)
        os.close(handle)
    (folder / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (folder / name).symlink_to(f"/proc/self/fd/{number}")


def _bind(handle: int, target: Path) -> None:
    """Mount the file of the handle at the target, read-only with all mounts below it."""
    source = f"/proc/self/fd/{handle}"
    if Path(source).is_dir():
        _folder(target)
    elif not target.exists():  # within a folder that is mounted, and read-only, already
        _write(target, "")
    _mount(source, target, "", MS_BIND | MS_REC)
    attributes = _MountAttributes(attr_set=MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
    size = ctypes.sizeof(attributes)
    path = os.fsencode(target)
    _check(
        _LIBC.syscall(
            SYS_MOUNT_SETATTR, AT_FDCWD, path, AT_RECURSIVE, ctypes.byref(attributes), size
        ),
        f"make {target} read-only",
    )
    os.close(handle)


def _pivot() -> None:
    """Make the new file system the root, and detach everything that is not below it."""
    os.chdir(STAGE)
    number = SYS_PIVOT_ROOT[os.uname().machine]
    _check(_LIBC.syscall(number, b".", b"."), "change the root")
    _check(_LIBC.umount2(b".", MNT_DETACH), "detach the old root")
    os.chdir("/")


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _write(path: Path, text: str) -> None:
    _folder(path.parent)
    path.write_text(text, encoding="utf-8")


def _mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    arguments = (source.encode(), os.fsencode(target), kind.encode(), flags, options.encode())
    _check(_LIBC.mount(*arguments), f"mount on {target}")


def _check(result: int, attempt: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"cannot {attempt}: {os.strerror(code)}")
