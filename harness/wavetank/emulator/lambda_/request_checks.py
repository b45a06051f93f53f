"""Checks with which Lambda refuses a request before anything runs, in AWS's words; pure.

[Lambda developer guide: gettingstarted-limits, configuration-envvars; Lambda API: Invoke]
"""

import json
from collections.abc import Iterable

SYNCHRONOUS_BYTES_MAX = 6 * 1024 * 1024
ASYNCHRONOUS_BYTES_MAX = 1024 * 1024
"""Payloads of Invoke. Until October 2025 the second was 256 KB. [gettingstarted-limits]"""
RESERVED = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
"""Variables that only Lambda sets. [configuration-envvars: "Reserved environment variables"]"""


def payload_refusal(size_bytes: int, *, is_asynchronous: bool) -> str | None:
    """Why a payload of this size is refused, with status 413; None if it is accepted.

    The quotas page gives the limits; the texts are those that callers on AWS have received, because
    AWS documents none.
    """
    if is_asynchronous:
        if size_bytes <= ASYNCHRONOUS_BYTES_MAX:
            return None
        return (
            f"{size_bytes} byte payload is too large for the Event invocation type "
            f"(limit {ASYNCHRONOUS_BYTES_MAX} bytes)"
        )
    if size_bytes <= SYNCHRONOUS_BYTES_MAX:
        return None
    return (
        f"Request must be smaller than {SYNCHRONOUS_BYTES_MAX} bytes for the InvokeFunction "
        "operation"
    )


def content_refusal(content: bytes) -> str | None:
    """Why the content of a payload is refused; None for JSON, and for no payload.

    [Lambda API: Invoke, InvalidRequestContentException]
    """
    if not content:
        return None
    try:
        json.loads(content)
    except ValueError as error:  # UnicodeDecodeError too
        problem = f"Could not parse payload into json: {error}"
        return f"Could not parse request body into json: {problem}"
    return None


def variables_refusal(names: Iterable[str]) -> str | None:
    """Why a function may not define these variables; None if it may."""
    reserved = sorted(RESERVED.intersection(names))
    if not reserved:
        return None
    return (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided contains reserved keys that are currently not supported for "
        f"modification. Reserved keys used in this request: {', '.join(reserved)}"
    )
