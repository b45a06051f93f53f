"""Functions: AWS's behaviours, as they are seen."""

from tests.fidelity.ground import ALLOW_ALL, Ground, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.core.lambda_package import package_files

AREA = Area("Lambda")
RETRIES_SECONDS_MAX = 20.0


@AREA.row(
    "an asynchronous event whose function fails",
    aws="3 attempts",
    localstack="3 attempts",
    source="Lambda developer guide: invocation-async-error-handling",
)
def _failed_events_are_tried_three_times(ground: Ground) -> str:
    name = f"test-{unique_letters()}"
    source = b"def handler(event, context): raise RuntimeError('on purpose')"
    ground.aws.awslambda.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ground.role(ALLOW_ALL),
        Handler="function.handler",
        Code={"ZipFile": package_files(name, {"function.py": source}).content},
    )
    ground.aws.awslambda.get_waiter("function_active_v2").wait(FunctionName=name)
    ground.aws.awslambda.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    group = f"/aws/lambda/{name}"

    def attempts() -> int:
        logs = ground.aws.logs
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return 0
        events = logs.filter_log_events(logGroupName=group)["events"]
        return sum(event["message"].startswith("START") for event in events)

    happens(attempts, lambda count: count >= 3, within_seconds=RETRIES_SECONDS_MAX)
    happens(attempts, lambda count: count > 3)
    return f"{attempts()} attempts"
