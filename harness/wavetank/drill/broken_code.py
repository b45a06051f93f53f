"""The streaming function broken as the brief does it, and put back byte for byte."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavetank.clients import AwsClients
from wavetank.clock import Clock
from wavetank.naming import Names
from wavetank.probes import wait_until
from wavetank.stack.broken_package import break_package

UPDATE_SECONDS_MAX = 60.0


@contextmanager
def broken_code(
    aws: AwsClients, names: Names, clock: Clock, say: Callable[[str], None] = lambda _: None
) -> Iterator[None]:
    """For the body, a large portion of the code is commented out; `say` hears of each step.

    Raises:
        ConditionTimeoutError: Lambda did not finish the update.
        UsageError: what is deployed has no file for its handler.
    """
    working, name = _deployed_zip(aws, names), names.streaming_function
    handler = aws.awslambda.get_function_configuration(FunctionName=name)["Handler"]
    broken = break_package(working, handler)
    say(f"commenting out a large portion of {name}")
    try:
        _update(aws, name, broken, clock)
        yield
    finally:
        _update(aws, name, working, clock)
        say("restored the code that was deployed before")


def _deployed_zip(aws: AwsClients, names: Names) -> bytes:
    """The bytes from the artifact bucket that the stack says are deployed."""
    stack = aws.cloudformation.describe_stacks(StackName=names.pipeline_stack)
    parameters = stack["Stacks"][0].get("Parameters", [])
    keys = {entry["ParameterKey"]: entry["ParameterValue"] for entry in parameters}
    answer = aws.s3.get_object(Bucket=keys["ArtifactBucketName"], Key=keys["StreamingCodeKey"])
    return answer["Body"].read()


def _update(aws: AwsClients, name: str, code: bytes, clock: Clock) -> None:
    """Lambda refuses it while another is under way, as the one that an interruption left."""
    _wait_until_updated(aws, name, clock)
    aws.awslambda.update_function_code(FunctionName=name, ZipFile=code)
    _wait_until_updated(aws, name, clock)


def _wait_until_updated(aws: AwsClients, name: str, clock: Clock) -> None:
    wait_until(
        lambda: aws.awslambda.get_function_configuration(FunctionName=name).get("LastUpdateStatus"),
        lambda status: status != "InProgress",
        expected=f"the update of {name}",
        hint="look at the function's LastUpdateStatusReason",
        within_seconds=UPDATE_SECONDS_MAX,
        clock=clock,
    )
