"""The environment variables of a function's process: those AWS documents, and the function's own.

Nothing is inherited from LocalStack's process or the host. LocalStack prepares the variables for
its container runtime; those that only that runtime uses are removed again.
[AWS Lambda developer guide, configuration-envvars: "Defined runtime environment variables"]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.emulator.lambda_.runtimes import OPT, RuntimeFamily, family_of

AWS_TMP = Path("/tmp")  # noqa: S108 - the only folder that a function may write to on AWS
RUNTIME_DIR = "/var/runtime"
WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
"""The variable that names a wrapper script. [runtimes-modify]"""

LOCALSTACK_ONLY = frozenset(
    {
        "AWS_LAMBDA_FUNCTION_TIMEOUT",
        "EDGE_PORT",
        "LOCALSTACK_FUNCTION_ACCOUNT_ID",
        "LOCALSTACK_HOSTNAME",
        "LOCALSTACK_INIT_LOG_LEVEL",
        "LOCALSTACK_MAX_PAYLOAD_SIZE",
        "LOCALSTACK_POST_INVOKE_WAIT_MS",
        "LOCALSTACK_RUNTIME_ENDPOINT",
        "LOCALSTACK_RUNTIME_ID",
        "LOCALSTACK_USER",
        "_AWS_XRAY_DAEMON_ADDRESS",
        "_AWS_XRAY_DAEMON_PORT",
    }
)


@dataclass(frozen=True, kw_only=True)
class ProcessPaths:
    """The folders of a function's process, as the process sees them."""

    task_root: Path
    runtime_api: str
    scratch: Path
    opt: str = OPT


def function_variables(
    prepared: Mapping[str, object], own: Mapping[str, str], runtime: str, paths: ProcessPaths
) -> dict[str, str]:
    """The complete environment of a function's process.

    `prepared` is what LocalStack computed, `own` what the function's configuration defines. HOME
    and TMPDIR are not AWS's. They are set only where the function has no file system of its own:
    without them the SDK would look for profiles in the home of the user who runs the sandbox, and
    temporary files would be those of all functions. AWS_ENDPOINT_URL, in `prepared`, is not AWS's
    either.
    """
    inherited = {
        name: str(value) for name, value in prepared.items() if name not in LOCALSTACK_ONLY
    }
    inherited.pop("AWS_EXECUTION_ENV", None)
    reserved = {
        "AWS_LAMBDA_RUNTIME_API": paths.runtime_api,
        "LAMBDA_RUNTIME_DIR": RUNTIME_DIR,
        "LAMBDA_TASK_ROOT": str(paths.task_root),
    }
    if family_of(runtime) is not RuntimeFamily.OS_ONLY:
        reserved["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{runtime}"
    if "AWS_LAMBDA_LOG_LEVEL" in inherited:
        inherited["AWS_LAMBDA_LOG_LEVEL"] = inherited["AWS_LAMBDA_LOG_LEVEL"].upper()
    return {**_defaults(runtime, paths), **inherited, **own, **reserved}


def _defaults(runtime: str, paths: ProcessPaths) -> dict[str, str]:
    """The variables that a function may redefine, with AWS's values.

    [configuration-envvars: "Unreserved environment variables"; packaging-layers]
    """
    task_root, opt = paths.task_root, paths.opt
    libraries = (
        f"/var/lang/lib:/lib64:/usr/lib64:{RUNTIME_DIR}:{RUNTIME_DIR}/lib:"
        f"{task_root}:{task_root}/lib:{opt}/lib"
    )
    found = {
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": libraries,
        "PATH": f"/usr/local/bin:/usr/bin/:/bin:{opt}/bin",
    }
    if paths.scratch != AWS_TMP:
        found |= {"HOME": str(paths.scratch), "TMPDIR": str(paths.scratch)}
    if family_of(runtime) is RuntimeFamily.PYTHON:
        found["PYTHONPATH"] = RUNTIME_DIR
    if family_of(runtime) is RuntimeFamily.NODE:
        version = runtime.removeprefix("nodejs").partition(".")[0]
        modules = f"{opt}/nodejs/node{version}/node_modules:{opt}/nodejs/node_modules"
        found["NODE_PATH"] = f"{modules}:{RUNTIME_DIR}/node_modules"
    return found
