"""The code that a function runs: read from the artifact bucket, and replaced."""

from collections.abc import Callable, Mapping
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import wait_until
from wavetank.core.clock import Clock
from wavetank.core.lambda_package import Package
from wavetank.core.naming import Names

CODE_KEYS: Mapping[str, str] = {
    "streaming": "StreamingCodeKey",
    "notification": "NotificationCodeKey",
}
"""The stack parameter that names each function's package."""
UPDATE_SECONDS_MAX = 60.0
UPDATE_PACE_SECONDS = 0.2


def stack_package(aws: AwsClients, names: Names, function: str) -> Package:
    """The package that the pipeline stack names for the function, `streaming` or `notification`.

    Raises:
        ClientError: the stack or the package does not exist.
    """
    stack = aws.cloudformation.describe_stacks(StackName=names.pipeline_stack)["Stacks"][0]
    entries = stack.get("Parameters", [])
    parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in entries}
    bucket, key = parameters["ArtifactBucketName"], parameters[CODE_KEYS[function]]
    return Package(function, aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def replace_other_code(
    aws: AwsClients,
    function: str,
    package: Package,
    clock: Clock,
    stored: Callable[[Package], Mapping[str, str]] | None = None,
) -> bool:
    """Update the function if it runs other code than the package; returns whether it did.

    `stored` puts the package into a bucket, and returns the parameters of UpdateFunctionCode that
    name it there; without it the package is sent with the request.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
    """
    running = aws.awslambda.get_function_configuration(FunctionName=function)["CodeSha256"]
    if running == package.code_sha256:
        return False
    code: Any = stored(package) if stored else {"ZipFile": package.content}
    update_code(aws, function, clock, **code)
    return True


def update_code(aws: AwsClients, function: str, clock: Clock, **code: Any) -> None:
    """Deploy the code, as UpdateFunctionCode takes it, and wait until the function runs it.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
    """
    wait_until_updated(aws, function, clock)  # Lambda accepts one update at a time
    aws.awslambda.update_function_code(FunctionName=function, **code)
    wait_until_updated(aws, function, clock)


def wait_until_updated(aws: AwsClients, function: str, clock: Clock) -> None:
    """Wait for an update of the function that is in progress.

    Raises:
        ConditionTimeoutError: Lambda did not finish it.
    """
    wait_until(
        lambda: aws.awslambda.get_function_configuration(FunctionName=function).get(
            "LastUpdateStatus"
        ),
        lambda status: status != "InProgress",
        expected=f"the update of {function}",
        hint="read the function's LastUpdateStatusReason",
        within_seconds=UPDATE_SECONDS_MAX,
        clock=clock,
        pace_seconds=UPDATE_PACE_SECONDS,
    )
