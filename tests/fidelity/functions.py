"""Functions: AWS's behaviours, as they are seen."""

import json
from typing import Any

from tests.archives import FILE, PROGRAM, Entry, zipped
from tests.fidelity.ground import ALLOW_ALL, Ground, answer_to, happens
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from wavetank.aws.clients import ClientError

AREA = Area("Lambda")
RETRIES_SECONDS_MAX = 20.0
FAILS = "def handler(event, context): raise RuntimeError('on purpose')"
ECHO = "def handler(event, context): return event"
GUIDE = "Lambda developer guide"


def _function(ground: Ground, source: str, *entries: Entry, **settings: Any) -> str:
    """A new function, active; returns its name."""
    name = f"test-{unique_letters()}"
    archive = zipped([("function.py", FILE, source), *entries])
    settings = {"Runtime": "python3.13", "Handler": "function.handler", "Timeout": 60, **settings}
    ground.aws.awslambda.create_function(
        FunctionName=name, Role=ground.role(ALLOW_ALL), Code={"ZipFile": archive}, **settings
    )

    def state() -> str:
        return ground.aws.awslambda.get_function_configuration(FunctionName=name)["State"]

    happens(state, lambda found: found == "Active", within_seconds=RETRIES_SECONDS_MAX)
    return name


def _result(ground: Ground, name: str, event: object = None) -> Any:
    answer = ground.aws.awslambda.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def _layer(ground: Ground, *entries: Entry) -> str:
    made = ground.aws.awslambda.publish_layer_version(
        LayerName=f"test-{unique_letters()}", Content={"ZipFile": zipped(entries)}
    )
    return made["LayerVersionArn"]


@AREA.row(
    "an asynchronous event whose function fails",
    aws="3 attempts",
    localstack="3 attempts",
    source=f"{GUIDE}: invocation-async-error-handling",
)
def _failed_events_are_tried_three_times(ground: Ground) -> str:
    name = _function(ground, FAILS)
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


@AREA.row(
    "a module that two layers have, and a program in one of them",
    aws="that of the later layer; found by PATH",
    localstack="that of the later layer; found by PATH",
    source=f"{GUIDE}: chapter-layers, packaging-layers",
)
def _later_layers_overwrite(ground: Ground) -> str:
    source = (
        "import subprocess, shared\n"
        "def handler(event, context):\n"
        "  return [shared.NAME, subprocess.run(['tool'], capture_output=True).returncode]\n"
    )
    layers = [
        _layer(
            ground,
            ("python/shared.py", FILE, "NAME = 'earlier'"),
            ("bin/tool", PROGRAM, "#!/bin/sh\nexit 7"),
        ),
        _layer(ground, ("python/shared.py", FILE, "NAME = 'later'")),
    ]
    name, status = _result(ground, _function(ground, source, Layers=layers))
    return f"that of the {name} layer; {'found by PATH' if status == 7 else status}"


@AREA.row(
    "AWS_LAMBDA_EXEC_WRAPPER names a script",
    aws="it starts the runtime",
    localstack="it starts the runtime",
    source=f"{GUIDE}: runtimes-modify",
)
def _wrappers_start_the_runtime(ground: Ground) -> str:
    source = "import os\ndef handler(event, context): return os.environ.get('BY')"
    wrapper = '#!/bin/sh\nexport BY=it\nexec "$@"\n'
    own = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}}
    name = _function(ground, source, ("wrapper", PROGRAM, wrapper), Environment=own)
    return f"{_result(ground, name)} starts the runtime"


@AREA.row(
    "LD_LIBRARY_PATH and PYTHONPATH of a function with files of its own",
    aws="end in :/opt/lib; /var/runtime",
    localstack="end in :/opt/lib; /var/runtime",
    source=f"{GUIDE}: configuration-envvars",
)
def _paths_are_those_of_aws(ground: Ground) -> str:
    source = (
        "import os\n"
        "def handler(event, context):\n"
        "  return [os.environ['LD_LIBRARY_PATH'][-9:], os.environ['PYTHONPATH']]\n"
    )
    return f"end in {'; '.join(_result(ground, _function(ground, source)))}"


@AREA.row(
    "a function that sets AWS_REGION",
    aws="InvalidParameterValueException",
    localstack="done",
    source=f"{GUIDE}: configuration-envvars",
)
def _reserved_variables_are_refused(ground: Ground) -> str:
    own = {"Variables": {"AWS_REGION": "eu-west-1"}}
    return answer_to(lambda: _function(ground, ECHO, Environment=own))


@AREA.row(
    "a payload of 6 MB and a byte for a caller that waits",
    aws="413 RequestEntityTooLargeException",
    localstack="done",
    source=f"{GUIDE}: gettingstarted-limits",
)
def _large_payloads_are_refused(ground: Ground) -> str:
    return _invoked_with(ground, 6 * 1024 * 1024 + 1, "RequestResponse")


@AREA.row(
    "an asynchronous event of 1 MB and a byte",
    aws="413 RequestEntityTooLargeException",
    localstack="done",
    source=f"{GUIDE}: gettingstarted-limits",
)
def _large_events_are_refused(ground: Ground) -> str:
    return _invoked_with(ground, 1024 * 1024 + 1, "Event")


def _invoked_with(ground: Ground, size: int, kind: Any) -> str:
    name = _function(ground, "def handler(event, context): return len(event)")
    payload = json.dumps("x" * (size - 2)).encode()
    try:
        ground.aws.awslambda.invoke(FunctionName=name, InvocationType=kind, Payload=payload)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return f"{status} {error.response['Error']['Code']}"
    return "done"


@AREA.row(
    "a response of more than 6 MB",
    aws="Function.ResponseSizeTooLarge",
    localstack="Function.ResponseSizeTooLarge",
    source=f"{GUIDE}: gettingstarted-limits",
)
def _large_responses_are_errors(ground: Ground) -> str:
    name = _function(ground, "def handler(event, context): return 'x' * 7_000_000")
    return str(_result(ground, name)["errorType"])


@AREA.row(
    "an OS-only runtime without a bootstrap",
    aws="Runtime.InvalidEntrypoint",
    localstack="Runtime.InvalidEntrypoint",
    source=f"{GUIDE}: runtimes-custom",
)
def _os_only_runtimes_need_an_entry_point(ground: Ground) -> str:
    return str(_result(ground, _function(ground, "", Runtime="provided.al2023"))["errorType"])


@AREA.row(
    "provisioned concurrency of a function whose init phase fails",
    aws="FAILED",
    localstack="FAILED",
    source="Lambda API: GetProvisionedConcurrencyConfig",
)
def _failed_init_phases_fail_provisioned_concurrency(ground: Ground) -> str:
    client, name = ground.aws.awslambda, _function(ground, "raise RuntimeError('on purpose')")
    place: Any = {
        "FunctionName": name,
        "Qualifier": client.publish_version(FunctionName=name)["Version"],
    }
    client.put_provisioned_concurrency_config(ProvisionedConcurrentExecutions=1, **place)

    def status() -> str:
        return client.get_provisioned_concurrency_config(**place)["Status"]

    happens(status, lambda found: found != "IN_PROGRESS", within_seconds=RETRIES_SECONDS_MAX)
    return status()


@AREA.row(
    "RequestID and ErrorMessage ('on purpose') of an event in a dead-letter queue",
    aws="those of the request; on purpose",
    localstack="others; on purpose",
    source=f"{GUIDE}: invocation-async-retain-records",
)
def _dead_letters_have_attributes(ground: Ground) -> str:
    url, name = _dead_letter_queue(ground)
    ground.aws.awslambda.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    request = _sent(ground, name)
    (message,) = _messages(ground, url)
    values = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    whose = "those of the request" if values["RequestID"] == request else "others"
    return f"{whose}; {values['ErrorMessage']}"


@AREA.row(
    "the dead-letter queue of a function without any concurrency",
    aws="has the event",
    localstack="has nothing",
    source=f"{GUIDE}: invocation-async-retain-records",
)
def _throttled_events_are_dead_letters(ground: Ground) -> str:
    url, name = _dead_letter_queue(ground)
    ground.aws.awslambda.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    _sent(ground, name)
    return "has the event" if _messages(ground, url) else "has nothing"


def _dead_letter_queue(ground: Ground) -> tuple[str, str]:
    """The URL of a new queue, and a new function that fails and has it as its own."""
    sqs, queue = ground.aws.sqs, f"test-{unique_letters()}"
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    target = {"TargetArn": found["Attributes"]["QueueArn"]}
    return url, _function(ground, FAILS, DeadLetterConfig=target)


def _sent(ground: Ground, name: str) -> str:
    """The id of a request with an asynchronous event."""
    answer = ground.aws.awslambda.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    return answer["ResponseMetadata"]["RequestId"]


def _messages(ground: Ground, url: str) -> list[Any]:
    found: list[Any] = []

    def received() -> list[Any]:
        answer = ground.aws.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
        found.extend(answer.get("Messages", []))
        return found

    happens(received, bool, within_seconds=5.0)
    return found


@AREA.row(
    "a payload that is not JSON",
    aws="InvalidRequestContentException",
    localstack="done",
    source="Lambda API: Invoke, InvalidRequestContentException",
)
def _payloads_are_json(ground: Ground) -> str:
    name = _function(ground, ECHO)
    return answer_to(lambda: ground.aws.awslambda.invoke(FunctionName=name, Payload=b"{not JSON"))
