"""How an invocation can end, in AWS's words.

The formats are those of the Lambda service: `errorType` and `errorMessage` as a caller of Invoke, a
retry, or a failure destination receives them.
[AWS Lambda developer guide, troubleshooting-invocation, troubleshooting-execution; quotas:
gettingstarted-limits]
"""

import json
import signal
import sys
from dataclasses import dataclass, replace

TASK_ROOT = "/var/task"
"""The folder of a function's code on AWS. [Lambda developer guide: configuration-envvars]"""
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
RUNTIME_SITE = f"/var/lang/lib/{PYTHON}/site-packages"
"""The folder of the SDK on AWS, as in its stack traces."""
RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100
"""The largest response of a synchronous invocation that AWS returns, in bytes."""


@dataclass(frozen=True)
class ExitStatus:
    """How a function's process ended: an exit code, or the number of a signal."""

    exit_code: int | None = None
    signal_number: int | None = None

    def describe(self) -> str:
        """AWS's words for it."""
        if self.signal_number is not None:
            name = (signal.strsignal(self.signal_number) or str(self.signal_number)).lower()
            return f"Runtime exited with error: signal: {name}"
        if self.exit_code == 0:
            return "Runtime exited without providing a reason"
        return f"Runtime exited with error: exit status {self.exit_code}"


@dataclass(frozen=True)
class InvocationOutcome:
    """The response of an invocation to its caller, and its status for the REPORT line.

    `status` is `success`, `error` or `timeout`; `error_type` is the platform's own, and None if the
    handler's error is in the payload.
    """

    payload: bytes
    is_error: bool = False
    status: str = "success"
    error_type: str | None = None
    log_line: str | None = None


def responded(body: bytes) -> InvocationOutcome:
    """The handler returned."""
    return InvocationOutcome(body)


def raised(body: bytes) -> InvocationOutcome:
    """The handler, or the import of its module, raised an exception, which the runtime reported."""
    return InvocationOutcome(body, is_error=True, status="error")


def timed_out(request_id: str, timeout_seconds: float) -> InvocationOutcome:
    """The function timed out, and its process was killed."""
    text = _time_up(timeout_seconds)
    return _platform_error(request_id, "Sandbox.Timedout", f"Error: {text}", "timeout", text)


def ran_on(
    answered: InvocationOutcome, request_id: str, timeout_seconds: float
) -> InvocationOutcome:
    """The function had responded, but did not end before its time-out, and was killed.

    Its time counts until it asks for its next event. [Lambda developer guide, runtimes-api]
    """
    return replace(answered, log_line=f"{request_id} {_time_up(timeout_seconds)}")


def exited(request_id: str, status: ExitStatus) -> InvocationOutcome:
    """The function's process ended by itself: `exit()`, a crash, a signal."""
    return _platform_error(request_id, "Runtime.ExitError", f"Error: {status.describe()}")


def out_of_memory(request_id: str) -> InvocationOutcome:
    """The function exceeded its memory; only the log distinguishes this from a crash."""
    killed = exited(request_id, ExitStatus(signal_number=signal.SIGKILL))
    return replace(killed, error_type="Runtime.OutOfMemory")


def out_of_storage(request_id: str) -> InvocationOutcome:
    """The function exceeded its ephemeral storage on a file system that could not refuse it.

    AWS has no such end: there the file system is full, and writing fails with ENOSPC.
    """
    killed = exited(request_id, ExitStatus(signal_number=signal.SIGKILL))
    why = "[wavetank: killed, because it wrote more than its ephemeral storage]"
    return replace(killed, log_line=f"{killed.log_line}\n{why}")


def no_entry_point(request_id: str) -> InvocationOutcome:
    """A function with an OS-only runtime has no executable `bootstrap`."""
    message = "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
    return _platform_error(request_id, "Runtime.InvalidEntrypoint", message)


def response_too_large() -> InvocationOutcome:
    """The handler returned more than AWS returns to the caller."""
    message = (
        f"Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes)."
    )
    error_type = "Function.ResponseSizeTooLarge"
    return InvocationOutcome(
        payload=_error_body(error_type, message),
        is_error=True,
        status="error",
        error_type=error_type,
        log_line=message,
    )


def _time_up(timeout_seconds: float) -> str:
    return f"Task timed out after {timeout_seconds:.2f} seconds"


def _platform_error(
    request_id: str, error_type: str, message: str, status: str = "error", log_text: str = ""
) -> InvocationOutcome:
    full = f"RequestId: {request_id} {message}"
    return InvocationOutcome(
        payload=_error_body(error_type, full),
        is_error=True,
        status=status,
        error_type=error_type,
        log_line=f"{request_id} {log_text}" if log_text else f"{full}\n{error_type}",
    )


def _error_body(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()
