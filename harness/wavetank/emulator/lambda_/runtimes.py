"""Which runtimes can run here, on which program, and how a function's process is started.

Python runs on LocalStack's own interpreter, Node.js on the `node` on its PATH, and an OS-only
runtime is the function's own `bootstrap`. All other runtimes are refused when a function is
created. A runtime of another version runs too, with one warning for each in LocalStack's log.
[AWS Lambda developer guide: lambda-runtimes, runtimes-custom, runtimes-modify]
"""

import logging
import re
import shutil
import subprocess
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from wavetank.emulator.lambda_.outcome import PYTHON, TASK_ROOT

LOG = logging.getLogger(__name__)
VERSION_SECONDS_MAX = 10.0
OPT = "/opt"
"""Where AWS shows a function its layers. [packaging-layers]"""
ENTRY_POINT = "bootstrap"
NODE_CLIENT = Path(__file__).with_name("node_client.mjs")
"""The first file of Wavetank's Node.js runtime."""
IN_THE_SIMULATOR = "the simulator runs functions in Python 3 only; use --engine embedded"


class RuntimeFamily(Enum):
    """A group of Lambda runtimes that are started in the same way."""

    PYTHON = "python"
    NODE = "nodejs"
    OS_ONLY = "provided"


@dataclass(frozen=True)
class NodeProgram:
    """The Node.js of this host: its path, and its version such as v20.20.2."""

    path: str
    version: str

    @property
    def prefix(self) -> Path:
        """The folder of its installation, without links."""
        return Path(self.path).resolve().parents[1]


def family_of(runtime: str | None) -> RuntimeFamily | None:
    """The family of a runtime such as `python3.13`; None if none of this module's is meant."""
    for family in RuntimeFamily:
        if runtime and re.fullmatch(rf"{family.value}([\d.].*)?", runtime):
            return family
    return None


@cache
def installed_node() -> NodeProgram | None:
    """The `node` on this process's PATH; None if there is none or it does not start."""
    path = shutil.which("node")
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, "--version"],
            capture_output=True,
            encoding="utf-8",
            timeout=VERSION_SECONDS_MAX,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        LOG.warning("%s does not start, so functions in Node.js are refused: %s", path, error)
        return None
    return NodeProgram(path, done.stdout.strip())


def node_for(runtime: str | None) -> NodeProgram | None:
    """The installed Node.js if the runtime needs it; it is not looked for otherwise."""
    return installed_node() if family_of(runtime) is RuntimeFamily.NODE else None


def runtime_refusal(
    runtime: str | None, node: NodeProgram | None, *, in_process: bool
) -> str | None:
    """Why a function with this runtime cannot run here; None if it can.

    `runtime` None is a container image; `in_process` is the simulator.
    """
    if runtime is None:
        return "a function of a container image needs Docker, which sandboxes do not use: use a zip"
    family = family_of(runtime)
    if in_process:
        return None if family is RuntimeFamily.PYTHON else f"{runtime}: {IN_THE_SIMULATOR}"
    if family is None:
        return (
            f"{runtime} needs an interpreter and a runtime client that this sandbox does not have; "
            "it runs python3.x, nodejsXX.x and provided.al2023"
        )
    if family is RuntimeFamily.NODE and node is None:
        return f"{runtime} needs the program node on the PATH of LocalStack, where it is missing"
    return None


def substitution(runtime: str, node: NodeProgram | None) -> str | None:
    """What a warning says if the runtime runs on a program of another version, else None."""
    family = family_of(runtime)
    if family is RuntimeFamily.PYTHON and runtime != PYTHON:
        return f"functions with the runtime {runtime} run on Python {PYTHON.removeprefix('python')}"
    if family is RuntimeFamily.NODE and node is not None:
        major = node.version.removeprefix("v").partition(".")[0]
        if runtime != f"nodejs{major}.x":
            return f"functions with the runtime {runtime} run on Node.js {node.version}"
    return None


@cache
def warn_of_substitution(runtime: str) -> None:
    """Log once for each runtime that it runs on another version, if it does."""
    if (text := substitution(runtime, node_for(runtime))) is not None:
        LOG.warning("%s", text)


@dataclass(frozen=True, kw_only=True)
class RuntimePaths:
    """The paths with which a runtime is started, as the function's process sees them.

    `opt` is the folder of the layers, empty if there is none, `entry_point` the `bootstrap` of an
    OS-only runtime, `python` the interpreter, `python_script` and `node_script` the first files of
    the two runtimes, `site` the Python packages of AWS's runtime.
    """

    task_root: str
    opt: str
    entry_point: str
    python: str
    python_script: str
    node_script: str
    site: str

    def seen(self, path: str) -> str:
        """A path of AWS as this function sees it, where /opt and /var/task are not mounted."""
        for on_aws, here in ((OPT, self.opt), (TASK_ROOT, self.task_root)):
            if here and path.startswith(f"{on_aws}/"):
                return here + path.removeprefix(on_aws)
        return path


def start_command(runtime: str, paths: RuntimePaths, name: str, wrapper: str | None) -> list[str]:
    """The program of the runtime and its arguments.

    A wrapper script gets both as its arguments. It may insert options before the last one, as the
    one in AWS's guide does, so that must be the script; otherwise the function's name follows it,
    for `ps`. OS-only runtimes have no wrapper. [runtimes-modify: "Wrapper scripts"]
    """
    family = family_of(runtime)
    if family is RuntimeFamily.OS_ONLY:
        return [paths.entry_point]
    if family is RuntimeFamily.NODE:
        node = installed_node()
        assert node is not None  # the function was refused otherwise
        command = [node.path, paths.node_script]
    else:
        options = ["-X", f"runtime_site={paths.site}", "-X", f"layers={paths.opt}"]
        command = [paths.python, "-S", *options, paths.python_script]
    return [paths.seen(wrapper), *command] if wrapper else [*command, name]
