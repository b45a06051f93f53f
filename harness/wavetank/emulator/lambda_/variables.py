"""The environment variables of a function's process: those AWS documents, and the function's own.

Nothing is inherited from LocalStack's process or the host. LocalStack prepares the variables for
its container runtime; those that only that runtime uses are removed again.
[AWS Lambda developer guide, configuration-envvars: "Defined runtime environment variables"]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
    """The folders of a function's process, in the paths that it sees."""

    task_root: Path
    runtime_api: str
    scratch: Path


def function_variables(
    prepared: Mapping[str, object], own: Mapping[str, str], runtime: str, paths: ProcessPaths
) -> dict[str, str]:
    """The complete environment of a function's process.

    `prepared` is what LocalStack computed, `own` what the function's configuration defines. HOME is
    not AWS's: without it the SDK would look for profiles in the home of the user who runs the
    sandbox.
    """
    kept = {name: str(value) for name, value in prepared.items() if name not in LOCALSTACK_ONLY}
    defaults = {
        "HOME": str(paths.scratch),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "TMPDIR": str(paths.scratch),
    }
    reserved = {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_RUNTIME_API": paths.runtime_api,
        "LAMBDA_TASK_ROOT": str(paths.task_root),
    }
    if "AWS_LAMBDA_LOG_LEVEL" in kept:
        kept["AWS_LAMBDA_LOG_LEVEL"] = kept["AWS_LAMBDA_LOG_LEVEL"].upper()
    return {**defaults, **kept, **own, **reserved}
