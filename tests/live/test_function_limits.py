"""Limits of functions: payloads, reserved variables, and provisioned environments that fail."""

import json
from functools import partial
from typing import Any

import pytest

from tests.live.conftest import MakeFunction
from tests.waiting import wait_until_seen
from wavetank.aws.clients import ClientError

SIZE = "def handler(event, context): return len(event)"
LARGE = "def handler(event, context): return 'x' * event"
FAILS = "raise RuntimeError('on purpose')"


def _error(call: Any, **arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return status, response["Error"]["Code"], response["Error"]["Message"]


def test_payloads_above_the_quotas_are_refused_in_awss_words(make_function: MakeFunction) -> None:
    """6 MB for a caller that waits, 1 MB for an event; the answer has AWS's limit too."""
    function = make_function(LARGE)
    invoke = function.aws.awslambda.invoke
    assert _error(invoke, FunctionName=function.name, Payload=b" " * (6 * 2**20 + 1)) == (
        413,
        "RequestEntityTooLargeException",
        "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    )
    assert _error(
        invoke, FunctionName=function.name, InvocationType="Event", Payload=b" " * (2**20 + 1)
    ) == (
        413,
        "RequestEntityTooLargeException",
        "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
    )
    assert function.invoke(6 * 2**20 + 100).payload == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": (
            "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        ),
    }
    # two quotation marks belong to the payload
    assert len(function.result(6 * 2**20 + 98)) == 6 * 2**20 + 98


def test_payloads_of_exactly_the_quota_are_accepted(make_function: MakeFunction) -> None:
    """Both kinds of invocation."""
    function = make_function(SIZE)
    assert function.result("x" * (6 * 2**20 - 2)) == 6 * 2**20 - 2
    answer = function.aws.awslambda.invoke(
        FunctionName=function.name,
        InvocationType="Event",
        Payload=json.dumps("x" * (2**20 - 2)).encode(),
    )
    assert answer["StatusCode"] == 202


def test_reserved_variables_are_refused(make_function: MakeFunction) -> None:
    """When a function is created, and when it is updated."""
    function = make_function(SIZE)
    status, code, message = _error(
        function.aws.awslambda.update_function_configuration,
        FunctionName=function.name,
        Environment={"Variables": {"AWS_REGION": "eu-west-1", "OWN": "x"}},
    )
    assert (status, code) == (400, "InvalidParameterValueException")
    assert message.endswith("Reserved keys used in this request: AWS_REGION")
    with pytest.raises(ClientError, match="Reserved keys used in this request: _HANDLER"):
        make_function(SIZE, Environment={"Variables": {"_HANDLER": "x"}})


def test_provisioned_concurrency_whose_init_phase_fails_is_failed(
    make_function: MakeFunction,
) -> None:
    """And ready where it does not."""
    found = []
    for source in (FAILS, SIZE):
        function = make_function(source)
        client = function.aws.awslambda
        version = client.publish_version(FunctionName=function.name)["Version"]
        place: Any = {"FunctionName": function.name, "Qualifier": version}
        client.put_provisioned_concurrency_config(ProvisionedConcurrentExecutions=1, **place)
        found.append(
            wait_until_seen(
                partial(client.get_provisioned_concurrency_config, **place),
                lambda seen: seen["Status"] != "IN_PROGRESS",
                "the environment to be provisioned",
            )
        )
    failed, ready = found
    assert (failed["Status"], failed["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    assert (ready["Status"], ready["AvailableProvisionedConcurrentExecutions"]) == ("READY", 1)
