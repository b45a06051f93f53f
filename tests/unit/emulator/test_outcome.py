"""How an invocation can end, in AWS's words."""

import json
import signal

import pytest

from wavetank.emulator.lambda_ import outcome
from wavetank.emulator.lambda_.outcome import ExitStatus, InvocationOutcome


@pytest.mark.parametrize(
    ("ended", "error_type", "message"),
    [
        (
            outcome.timed_out("r-1", 3),
            "Sandbox.Timedout",
            "RequestId: r-1 Error: Task timed out after 3.00 seconds",
        ),
        (
            outcome.exited("r-1", ExitStatus(exit_code=1)),
            "Runtime.ExitError",
            "RequestId: r-1 Error: Runtime exited with error: exit status 1",
        ),
        (
            outcome.exited("r-1", ExitStatus(exit_code=0)),
            "Runtime.ExitError",
            "RequestId: r-1 Error: Runtime exited without providing a reason",
        ),
        (
            outcome.exited("r-1", ExitStatus(signal_number=signal.SIGSEGV)),
            "Runtime.ExitError",
            "RequestId: r-1 Error: Runtime exited with error: signal: segmentation fault",
        ),
        (
            outcome.out_of_memory("r-1"),
            "Runtime.ExitError",
            "RequestId: r-1 Error: Runtime exited with error: signal: killed",
        ),
        (
            outcome.response_too_large(),
            "Function.ResponseSizeTooLarge",
            ("Response payload size exceeded maximum allowed payload size (6291556 bytes)."),
        ),
    ],
)
def test_platform_errors_have_awss_type_and_message(
    ended: InvocationOutcome, error_type: str, message: str
) -> None:
    """Code that distinguishes errors by these fields works here as on AWS."""
    assert ended.is_error
    assert json.loads(ended.payload) == {"errorType": error_type, "errorMessage": message}


def test_only_the_log_distinguishes_out_of_memory_from_a_crash() -> None:
    """AWS reports both as an exit; the REPORT line has the difference."""
    assert outcome.out_of_memory("r-1").error_type == "Runtime.OutOfMemory"
