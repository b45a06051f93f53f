"""The name that is checked is the resource that is used: by LocalStack's own parsers."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.http import Request
from localstack.services.cloudformation.stores import get_cloudformation_store
from localstack.services.events.utils import extract_event_bus_name
from localstack.services.lambda_.api_utils import (
    AWS_FUNCTION_NAME_REGEX,
    function_locators_from_arn,
)
from localstack.services.sqs.provider import resolve_queue_location
from moto.dynamodb.exceptions import ResourceNotFoundException
from moto.dynamodb.models import dynamodb_backends
from moto.logs.exceptions import ResourceNotFoundException as NoLogGroupError
from moto.logs.models import LogsBackend

from wavetank.emulator.iam_enforcement.call_actions import required_actions
from wavetank.emulator.iam_enforcement.log_groups import find_log_groups_by_identifier
from wavetank.emulator.iam_enforcement.required_action import Call

ACCOUNT, OTHER = "000000000000", "123456789012"
REGION = "eu-west-1"
EXAMPLES_MAX = 300
PARTS = st.sampled_from(
    [
        *("qA", "qB", "q.fifo", ACCOUNT, OTHER, REGION, "queue", "sqs", "localhost", "x:4566"),
        *("..", ".", "", "?", "#", "/", "//", "http://", "http:", "us-east-1", "%2f", ";", "@"),
    ]
)
URLS = st.lists(PARTS, min_size=1, max_size=9).map("".join) | st.lists(
    PARTS, min_size=1, max_size=7
).map("/".join)
NAMES = st.lists(
    st.sampled_from(
        [
            *("arn", "aws", "lambda", "function", ACCOUNT, OTHER, REGION, "us-east-1", "allowed"),
            *("secret", "$LATEST", "live", "1", "", "layer", "event-source-mapping", "*"),
        ]
    ),
    min_size=1,
    max_size=8,
).map(":".join)


def _resources(service: str, operation: str, **parameters: Any) -> list[str]:
    found = required_actions(Call(service, operation, parameters, ACCOUNT, REGION))
    return [need.resource for need in found]


def _context() -> RequestContext:
    context = RequestContext(Request("POST", "/", headers={"Host": "localhost"}))
    context.account_id, context.region = ACCOUNT, REGION
    return context


@settings(max_examples=EXAMPLES_MAX, deadline=None)
@given(URLS)
@example(f"http://x/{ACCOUNT}/qB?/{ACCOUNT}/qA")
@example(f"http://x/{ACCOUNT}/qB#/{ACCOUNT}/qA")
@example(f"http://x/{ACCOUNT}/qA/qB")
@example(f"http://x/{ACCOUNT}/../{ACCOUNT}/qB")
@example(f"http://x/queue/us-east-1/{ACCOUNT}/qB")
@example(f"http://sqs.us-east-1.localhost/{ACCOUNT}/qB")
@example(f"http://us-east-1.queue.localhost/{OTHER}/qB")
@example("qA")
def test_the_queue_that_is_checked_is_the_queue_that_is_used(url: str) -> None:
    """Whatever the URL; what names no queue is refused before the provider gets it."""
    try:
        (found,) = _resources("sqs", "SendMessage", QueueUrl=url)
    except CommonServiceException as error:
        if error.code != "InvalidAddress":
            raise
        return
    if not url:  # the provider takes the request's own URL; a permission on all queues is needed
        assert found == f"arn:aws:sqs:{REGION}:{ACCOUNT}:*"
        return
    account, region, name = resolve_queue_location(_context(), queue_url=url)
    assert found == f"arn:aws:sqs:{region or REGION}:{account}:{name}"


@pytest.mark.parametrize(
    ("url", "queue"),
    [
        (f"http://localhost:4566/{ACCOUNT}/qA", f"{REGION}:{ACCOUNT}:qA"),
        (f"http://localhost/queue/us-east-1/{OTHER}/q.fifo", f"us-east-1:{OTHER}:q.fifo"),
        (f"http://sqs.us-east-1.localhost:4566/{ACCOUNT}/qA/", f"us-east-1:{ACCOUNT}:qA"),
        ("qA", f"{REGION}:{ACCOUNT}:qA"),
    ],
)
def test_a_queue_s_usual_urls_are_read(url: str, queue: str) -> None:
    """Of each of LocalStack's strategies, and the name alone."""
    assert _resources("sqs", "SendMessage", QueueUrl=url) == [f"arn:aws:sqs:{queue}"]


@pytest.mark.parametrize("end", ["/qA/qB", f"/../{ACCOUNT}/qB", "/q%2FB", "/..", "/q B"])
def test_a_url_of_no_queue_is_refused(end: str) -> None:
    """Where the provider would answer with an internal error."""
    with pytest.raises(CommonServiceException, match="is not valid for this endpoint"):
        _resources("sqs", "SendMessage", QueueUrl=f"http://localhost/{ACCOUNT}{end}")


@settings(max_examples=EXAMPLES_MAX, deadline=None)
@given(NAMES)
@example("allowed")
@example(f"{ACCOUNT}:secret")
@example("function:secret")
@example(f"{REGION}:{ACCOUNT}:function:secret:live")
@example(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:secret:live")
def test_the_function_that_is_checked_is_the_function_that_is_used(name: str) -> None:
    """Of whatever name, partial ARN or ARN; what is none needs a permission on all functions."""
    (found,) = _resources("lambda", "GetFunction", FunctionName=name)
    if found.endswith(":function:*"):
        return
    function, _, account, region = function_locators_from_arn(name)
    assert AWS_FUNCTION_NAME_REGEX.match(name)
    assert found == f"arn:aws:lambda:{region or REGION}:{account or ACCOUNT}:function:{function}"


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("f", "f"),
        ("f:live", "f:live"),
        (f"{ACCOUNT}:f", "f"),
        (f"{ACCOUNT}:function:f:1", "f:1"),
        ("function:f", "f"),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:live", "f:live"),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:f", "*"),
        ("f/../g", "*"),
    ],
)
def test_a_function_is_named_in_each_of_its_forms(name: str, function: str) -> None:
    """With its qualifier, where one is invoked."""
    expected = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    assert _resources("lambda", "Invoke", FunctionName=name) == [expected]


@pytest.mark.parametrize(
    "name",
    [
        "b",
        "aws.partner/x/b",
        f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b",
        f"arn:aws:events:us-east-1:{OTHER}:event-bus/allowed/b",
    ],
)
@pytest.mark.parametrize("operation", ["DescribeEventBus", "PutRule", "PutEvents"])
def test_the_bus_that_is_checked_is_the_bus_that_is_used(name: str, operation: str) -> None:
    """By the name alone in the caller's account; PutEvents takes the ARN's account and region."""
    bus = extract_event_bus_name(name)
    if operation == "PutRule":
        found = _resources("events", operation, Name="r", EventBusName=name)
        assert found == [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{bus}/r"]
        return
    entry = {"Entries": [{"EventBusName": name}]}
    parameters: dict[str, Any] = entry if operation == "PutEvents" else {"Name": name}
    where = name.split(":")[3:5] if ":" in name and operation == "PutEvents" else [REGION, ACCOUNT]
    expected = f"arn:aws:events:{':'.join(where)}:event-bus/{bus}"
    assert _resources("events", operation, **parameters) == [expected]


def test_a_change_set_s_arn_counts_and_not_the_stack_that_is_named_beside_it() -> None:
    """LocalStack finds the set by its ARN, and so that stack is changed."""
    arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:changeSet/c/1"
    stack: Any = SimpleNamespace(
        stack_id=f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/secret/2"
    )
    sets: Any = get_cloudformation_store(ACCOUNT, REGION).change_sets
    sets[arn] = SimpleNamespace(stack=stack)
    try:
        for operation in ("ExecuteChangeSet", "DescribeChangeSet", "DeleteChangeSet"):
            found = _resources("cloudformation", operation, StackName="allowed", ChangeSetName=arn)
            assert found == [stack.stack_id]
    finally:
        del sets[arn]


def test_moving_messages_needs_their_target() -> None:
    """As much as their source."""
    queues = [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in ("from", "to")]
    call = {"SourceArn": queues[0], "DestinationArn": queues[1]}
    found = required_actions(Call("sqs", "StartMessageMoveTask", call, ACCOUNT, REGION))
    assert ("sqs:SendMessage", queues[1]) in {(need.action, need.resource) for need in found}


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("l", f"{REGION}:{ACCOUNT}:layer:l:2"),
        (f"arn:aws:lambda:us-east-1:{OTHER}:layer:l", f"us-east-1:{OTHER}:layer:l:2"),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:l:1", f"{REGION}:{ACCOUNT}:layer:l:2"),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:l", f"{REGION}:{ACCOUNT}:layer:*:*"),
    ],
)
def test_the_version_of_a_layer_is_the_call_s(name: str, layer: str) -> None:
    """LocalStack does not read the one of an ARN beside it."""
    found = _resources("lambda", "GetLayerVersion", LayerName=name, VersionNumber=2)
    assert found == [f"arn:aws:lambda:{layer}"]


def test_the_log_group_that_is_checked_is_the_log_group_that_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its identifier, where moto takes the last group for any."""
    kind: Any = LogsBackend
    monkeypatch.setattr(kind, "_find_log_group", kind._find_log_group)  # noqa: SLF001 - set back after the test
    find_log_groups_by_identifier()
    backend: Any = LogsBackend(REGION, ACCOUNT)
    for name in ("allowed", "secret"):
        backend.create_log_group(name, {})
    for identifier in ("allowed", "ARN:log-group:allowed", "ARN:log-group:allowed:*"):
        given = identifier.replace("ARN", f"arn:aws:logs:{REGION}:{ACCOUNT}")
        (checked,) = _resources("logs", "GetLogEvents", logGroupIdentifier=given)
        assert backend._find_log_group(given).name == "allowed"  # noqa: SLF001 - as GetLogEvents finds it
        assert checked == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:allowed:log-stream:"
    for other in (f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:allowed", "missing"):
        with pytest.raises(NoLogGroupError):
            backend._find_log_group(other)  # noqa: SLF001 - as above


@pytest.mark.parametrize("name", ["t", "t/index/i", "TABLE", "other"])
@pytest.mark.parametrize(
    "start", ["", f"{REGION}:{ACCOUNT}", f"us-east-1:{ACCOUNT}", f"{REGION}:{OTHER}"]
)
def test_the_table_that_is_checked_is_the_table_that_is_used(start: str, name: str) -> None:
    """By name in the caller's account and region, by ARN where it is exactly that table's."""
    given = f"arn:aws:dynamodb:{start}:table/{name}" if start else name
    backend: Any = dynamodb_backends[ACCOUNT][REGION]
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t"
    backend.tables["t"] = SimpleNamespace(table_arn=arn)
    try:
        used = backend.get_table(given).table_arn
    except ResourceNotFoundException:
        return
    finally:
        del backend.tables["t"]
    assert _resources("dynamodb", "Scan", TableName=given) == [used]
