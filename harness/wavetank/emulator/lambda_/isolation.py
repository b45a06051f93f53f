"""The isolation of functions from the host and from each other, found once by trying.

What a kernel, a security module or a container permits cannot be determined reliably from a version
or a setting. So each level is tried, the strongest first, by starting a process like a function's;
the first that works is used for every function of this LocalStack.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wavetank.emulator.lambda_ import bootstrap, supervisor
from wavetank.emulator.lambda_.confinement import MEGABYTE, UNKNOWN, Confinement
from wavetank.emulator.lambda_.folders import functions_folder, runtime_site
from wavetank.emulator.lambda_.function_users import FIRST_USER, USERS, reserve_code
from wavetank.emulator.lambda_.outcome import PYTHON, RUNTIME_SITE, TASK_ROOT
from wavetank.emulator.lambda_.runtime_site import build_runtime_site, runtime_entries
from wavetank.emulator.lambda_.runtimes import (
    NODE_CLIENT,
    OPT,
    NodeProgram,
    RuntimeFamily,
    installed_node,
)
from wavetank.emulator.lambda_.supervisor import FIXED_VARIABLES, Descriptors
from wavetank.emulator.settings import IsolationLevel, read_emulator_settings

BOOTSTRAP = "/var/runtime/bootstrap.py"
NODE_SCRIPT = "/var/runtime/index.mjs"
"""The paths of the first files of AWS's runtimes, and of Wavetank's in a private file system."""
TRIAL_SECONDS = 20.0
TRIAL_BYTES = 8192 * MEGABYTE
TRIAL_USER = FIRST_USER + USERS
TRIAL_SCRIPT = """
import encodings.idna, json, socket, ssl, sys
sys.path.append(sys.argv[1])
import awslambdaric
"""
"""Loads modules of the interpreter's folders, including extension modules, and of AWS's."""
SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SYSTEM_FILES = (
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/pki",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl",
)
"""Visible parts of /etc: names, certificates, libraries. No users, host keys or configuration."""
MEANINGS = {
    IsolationLevel.NAMESPACES: (
        "each function has namespaces of its own: it sees its code (read-only at /var/task), its "
        "own /tmp and the system's programs, and no other file or process of the host"
    ),
    IsolationLevel.USERS: (
        "each function has a user of its own: it can neither read the files of other functions "
        "and LocalStack nor end them, and shares the rest of the file system and /tmp with them"
    ),
    IsolationLevel.PROCESS: (
        "functions are processes of the user who runs LocalStack: they can read and change "
        "whatever that user can"
    ),
}


@dataclass(frozen=True)
class Isolation:
    """The isolation level of functions in this sandbox.

    `refused` has the reason why each stronger level is unavailable.
    """

    level: IsolationLevel
    refused: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """What the level means, in one sentence without a final stop."""
        return MEANINGS[self.level]

    @property
    def has_private_root(self) -> bool:
        """Whether a function has a file system of its own."""
        return self.level is IsolationLevel.NAMESPACES

    @property
    def has_users(self) -> bool:
        """Whether a function becomes a user of its own, which only root can do."""
        return self.level is not IsolationLevel.PROCESS and os.getuid() == 0


@dataclass(frozen=True)
class FunctionFolders:
    """The host's folders with the code and the layers of one function.

    `family` None is the trial's: it needs no program besides the interpreter.
    """

    task_root: Path
    layers: Path | None = None
    family: RuntimeFamily | None = None


@cache
def isolation() -> Isolation:
    """The strongest level that works and that WAVETANK_ISOLATION does not exclude."""
    strongest = read_emulator_settings().isolation
    levels = list(IsolationLevel)
    return find_isolation(levels[levels.index(strongest) :], try_level)


def find_isolation(
    levels: list[IsolationLevel], attempt: Callable[[Isolation], str | None]
) -> Isolation:
    """The first of the levels that works; `attempt` returns the reason of a failure."""
    refused: list[str] = []
    for level in levels:
        candidate = Isolation(level, tuple(refused))
        if level is IsolationLevel.PROCESS or (reason := attempt(candidate)) is None:
            return candidate
        refused.append(f"{level}: {reason}")
    return Isolation(IsolationLevel.PROCESS, tuple(refused))


def try_level(candidate: Isolation) -> str | None:
    """Start an interpreter as a function's process; returns the reason of a failure, else None."""
    if sys.platform != "linux":
        return "not Linux"
    if candidate.level is IsolationLevel.USERS and os.getuid() != 0:
        return "LocalStack does not run as root"
    with tempfile.TemporaryDirectory(prefix="isolation-", dir=functions_folder()) as code:
        user = TRIAL_USER if candidate.has_users else UNKNOWN
        reserve_code(Path(code), user)
        return _try_in(candidate, Path(code), user)


def _try_in(candidate: Isolation, code: Path, user: int) -> str | None:
    """Like `try_level`, for a function with its code in the folder."""
    site = build_runtime_site(runtime_site())
    limits = confinement(
        candidate, FunctionFolders(code), user=user, memory_bytes=TRIAL_BYTES, tmp_megabytes=1
    )
    packages = RUNTIME_SITE if candidate.has_private_root else str(site)
    command = [interpreter(), "-S", "-c", TRIAL_SCRIPT, packages]
    status_read, status_write = os.pipe()
    control_read, control_write = os.pipe()
    variables_read, variables_write = os.pipe()
    supervisor.send_variables(variables_write, {})  # the variables fit into the pipe's buffer
    descriptors = Descriptors(status_write, control_read, variables_read)
    try:
        done = subprocess.run(
            supervisor.command_line(limits, descriptors, command),
            stdin=control_read,  # open until this process closes the other end
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TRIAL_SECONDS,
            pass_fds=descriptors,
            cwd=supervisor.FOLDER,
            env=FIXED_VARIABLES,
            check=False,
        )
        os.set_blocking(status_read, False)
        status = os.read(status_read, 256).decode() if done.returncode == 0 else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        for descriptor in (status_read, control_write, *descriptors):
            os.close(descriptor)
    if "\nexit 0 " in status:
        return None
    lines = done.stdout.decode(errors="replace").strip().splitlines() or ["no reason was given"]
    return lines[-1]


def interpreter() -> str:
    """The interpreter outside the virtual environment: functions get none of its packages."""
    return str(Path(sys.base_prefix) / "bin" / PYTHON)


def confinement(
    found: Isolation, folders: FunctionFolders, *, user: int, memory_bytes: int, tmp_megabytes: int
) -> Confinement:
    """What a function with its code and layers in `folders` may see and use."""
    if not found.has_private_root:
        return Confinement(
            task_root=str(folders.task_root),
            tmp_megabytes=tmp_megabytes,
            address_space_bytes=memory_bytes,
            user=user,
        )
    number = 993 if user == UNKNOWN else user
    return Confinement(
        task_root=TASK_ROOT,
        tmp_megabytes=tmp_megabytes,
        address_space_bytes=memory_bytes,
        user=user,
        mounts=_mounts(folders),
        links=_system_links(),
        passwd=f"sbx_user1051:x:{number}:{number}::/tmp:/usr/sbin/nologin\n",
        group=f"sbx_user1051:x:{number}:\n",
    )


def _mounts(folders: FunctionFolders) -> tuple[tuple[str, str], ...]:
    """The mounts of one function; the layers come first, since an interpreter may be below /opt."""
    programs = [
        *_system_mounts(),
        *(_node_mounts() if folders.family is RuntimeFamily.NODE else ()),
    ]
    layers: list[tuple[str, str]] = []
    if folders.layers is not None:
        layers = [(str(folders.layers), OPT)]
        for source, target in programs:
            if Path(target).is_relative_to(OPT):  # a place to mount it, before /opt is read-only
                place = folders.layers / Path(target).relative_to(OPT)
                _make_mount_point(place, is_folder=Path(source).is_dir())
    return (*layers, *programs, (str(folders.task_root), TASK_ROOT))


def _make_mount_point(place: Path, *, is_folder: bool) -> None:
    if is_folder:
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(exist_ok=True)


@cache
def _node_mounts() -> tuple[tuple[str, str], ...]:
    node = installed_node()
    assert node is not None  # a function that needs it was refused otherwise
    return node_mounts(node)


def node_mounts(node: NodeProgram) -> tuple[tuple[str, str], ...]:
    """Node.js, unless it is in a system folder, and Wavetank's client for it.

    Only the program, its own library and the modules that are installed with it: the folder above
    them is the user's home if the program is in ~/bin.
    """
    program, library = Path(node.path).resolve(), node.prefix / "lib"
    found = [(program, Path(node.path)), (program, program)]
    found += [(path, path) for path in (*library.glob("libnode.*"), library / "node_modules")]
    hidden = {
        str(target): str(source)
        for source, target in found
        if source.exists() and not any(target.is_relative_to(t) for _, t in _system_mounts())
    }
    client = (str(NODE_CLIENT), NODE_SCRIPT)
    return (client, *((source, target) for target, source in hidden.items()))


def python_paths(prefix: Path) -> list[Path]:
    """The parts of Python's installation in that folder which functions need.

    It is the whole folder, unless that is the user's home or a folder above: then the interpreter,
    its library and its standard library.
    """
    try:
        is_private = Path.home().resolve().is_relative_to(prefix.resolve())
    except RuntimeError:  # a user without a home, as in some containers
        is_private = False
    if not is_private:
        return [prefix]
    library = prefix / "lib"
    parts = [prefix / "bin" / PYTHON, *library.glob("libpython*"), library / PYTHON]
    return [part for part in parts if part.exists()]


@cache
def _system_mounts() -> tuple[tuple[str, str], ...]:
    """The mounts of every function, from where to where; outer folders before those below them."""
    paths = [*SYSTEM_FOLDERS, *SYSTEM_FILES]
    present = [path for path in paths if Path(path).exists() and not _is_link_to_system(path)]
    mounts = {path: path for path in present}
    home = Path(interpreter())
    for prefix in {Path(sys.base_prefix), home.parents[1], home.resolve().parents[1]}:
        is_whole_system = prefix == Path("/")  # of /bin/python3: mounted already
        if not is_whole_system and not any(prefix.is_relative_to(path) for path in mounts):
            mounts |= {str(path): str(path) for path in python_paths(prefix)}
    mounts |= {BOOTSTRAP: bootstrap.__file__}
    mounts |= {f"{RUNTIME_SITE}/{entry.name}": str(entry) for entry in runtime_entries()}
    return tuple((source, target) for target, source in mounts.items())


@cache
def _system_links() -> tuple[tuple[str, str], ...]:
    """Folders such as /bin that are links into /usr."""
    return tuple(
        (path, str(Path(path).readlink())) for path in filter(_is_link_to_system, SYSTEM_FOLDERS)
    )


def _is_link_to_system(path: str) -> bool:
    return path in SYSTEM_FOLDERS and Path(path).is_symlink()
