"""The simulator: the deployed pipeline in this process, without a socket, in virtual time."""

import io
import json
import sys
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.iam.models import iam_backends

from tests.simulator.conftest import START, Deployed
from wavetank.aws.clients import ClientError
from wavetank.aws.observers import delivered_objects
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.http_types import HttpRequest, UnsupportedCall
from wavetank.core.schedule import scheduled_event
from wavetank.emulator.lambda_.outcome import InvocationOutcome
from wavetank.engines.simulator.engine import ENDPOINT
from wavetank.engines.simulator.environment import ExecutionEnvironment, LambdaContext
from wavetank.engines.simulator.startup import simulator
from wavetank.ticker.contract import RECORDS_PER_TICK
from wavetank.ticker.observers import last_tick, read_prices, read_records

# The account was used before LocalStack started, as a unit test with moto leaves it.
assert iam_backends["000000000000"]["aws"].account_id == "000000000000"
RULE = "arn:aws:events:eu-west-1:000000000000:rule/test"
CONTEXT = LambdaContext(
    aws_request_id="request",
    function_name="function",
    invoked_function_arn="arn",
    memory_limit_in_mb="128",
    log_group_name="group",
    log_stream_name="stream",
)


def _function_arn(pipeline: Deployed) -> str:
    name = pipeline.names.streaming_function
    configuration = pipeline.simulator.aws.awslambda.get_function_configuration(FunctionName=name)
    return configuration["FunctionArn"]


def _environment(pipeline: Deployed) -> ExecutionEnvironment:
    function = pipeline.simulator.function(_function_arn(pipeline))
    return pipeline.simulator.environment(function, "environment-1")


def _tick(environment: ExecutionEnvironment, instant: datetime) -> InvocationOutcome:
    return environment.invoke(scheduled_event(RULE, instant), CONTEXT)


def test_a_tick_is_made_buffered_and_delivered_in_virtual_time(pipeline: Deployed) -> None:
    """The deployed zip runs with its own role; what it puts becomes an object a minute later."""
    made, aws, names = pipeline.simulator, pipeline.simulator.aws, pipeline.names
    outcome = _tick(_environment(pipeline), START)
    assert not outcome.is_error, outcome.payload
    assert json.loads(outcome.payload)["records"] == RECORDS_PER_TICK
    assert last_tick(read_prices(aws, names.table)) == START
    due = START + timedelta(minutes=1)
    assert made.next_delivery() == due
    made.deliver_due()
    assert delivered_objects(aws, names.bucket) == []
    made.move_to(due)
    made.deliver_due()
    (found,) = delivered_objects(aws, names.bucket)
    assert found.key.startswith("2026/11/24/10/")
    assert found.modified == due
    assert len(list(read_records(aws, names.bucket, found.key))) == RECORDS_PER_TICK


def test_a_simulator_has_awss_managed_policies(deployed: Deployed) -> None:
    """Whatever the process did with moto before LocalStack, which alone loads them."""
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam: Any = deployed.simulator.aws.iam
    assert iam.get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def test_a_reset_leaves_nothing_of_a_run(pipeline: Deployed) -> None:
    """Prices, objects, records in flight, messages and policies are as deployed."""
    made, aws, names = pipeline.simulator, pipeline.simulator.aws, pipeline.names
    before = read_prices(aws, names.table)
    role = aws.awslambda.get_function_configuration(FunctionName=names.streaming_function)["Role"]
    role_name = role.rpartition("/")[2]
    policies = aws.iam.list_role_policies(RoleName=role_name)["PolicyNames"]
    for minute in range(2):
        assert not _tick(_environment(pipeline), START + timedelta(minutes=minute)).is_error
        made.move_to(START + timedelta(minutes=minute + 1))
        made.deliver_due()
    assert not _tick(_environment(pipeline), START + timedelta(minutes=2)).is_error
    aws.iam.delete_role_policy(RoleName=role_name, PolicyName=policies[0])
    assert len(delivered_objects(aws, names.bucket)) == 2
    assert made.next_delivery() is not None
    made.reset()
    assert delivered_objects(aws, names.bucket) == []
    assert made.next_delivery() is None
    assert read_prices(aws, names.table) == before
    assert aws.iam.list_role_policies(RoleName=role_name)["PolicyNames"] == policies


def test_the_first_invocation_is_cold_and_the_next_warm(pipeline: Deployed) -> None:
    """Modules are imported once in each environment."""
    environment = _environment(pipeline)
    assert environment.is_cold
    _tick(environment, START)
    assert not environment.is_cold


COUNTER = """
import os
import helper
def handler(event, context):
    helper.calls.append(event)
    return [len(helper.calls), os.environ["WHO"], os.environ.get("HOME")]
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """The content of a zip: a handler with a module."""
    (tmp_path / "function.py").write_text(COUNTER)
    (tmp_path / "helper.py").write_text("calls = []\n")
    return tmp_path


def _counting(deployed: Deployed, code: Path, who: str) -> ExecutionEnvironment:
    environ = deployed.simulator._environ  # noqa: SLF001 - an environment of no deployed function
    return ExecutionEnvironment(code, "function.handler", {"WHO": who}, environ)


def _answer(environment: ExecutionEnvironment) -> Any:
    outcome = environment.invoke({"a": 1}, CONTEXT)
    assert not outcome.is_error, outcome.payload
    return json.loads(outcome.payload)


def test_execution_environments_share_neither_modules_nor_variables(
    deployed: Deployed, code: Path
) -> None:
    """Each has separate ones, none of the host's, and leaves the process unchanged."""
    one, two = (_counting(deployed, code, who) for who in ("one", "two"))
    assert [_answer(one), _answer(two), _answer(one)] == [
        [1, "one", None],
        [1, "two", None],
        [2, "one", None],
    ]


@pytest.mark.parametrize(
    ("source", "error", "of_request"),
    [
        ("def handler(event, context): raise ValueError('on purpose')", "ValueError", "request"),
        ("import no_such_module", "Runtime.ImportModuleError", ""),
        ("def handler(event, context) return 1", "Runtime.UserCodeSyntaxError", ""),
        ("def other(event, context): return 1", "Runtime.HandlerNotFound", ""),
        ("def handler(event, context): return object()", "Runtime.MarshalError", "request"),
    ],
)
def test_whatever_a_handler_raises_is_its_outcome(
    deployed: Deployed, tmp_path: Path, source: str, error: str, of_request: str
) -> None:
    """As AWS reports it, without a request if the import failed; the simulator continues."""
    (tmp_path / "function.py").write_text(source)
    outcome = _counting(deployed, tmp_path, "x").invoke({}, CONTEXT)
    body = json.loads(outcome.payload)
    assert (outcome.is_error, body["errorType"]) == (True, error)
    assert body["requestId"] == of_request
    assert str(tmp_path) not in str(body)


def test_a_raised_error_is_reported_as_in_a_functions_process(
    deployed: Deployed, tmp_path: Path
) -> None:
    """By AWS's own client: with the request, with paths as on AWS, without marks."""
    (tmp_path / "function.py").write_text("def handler(event, context):\n    return event['a']\n")
    outcome = _counting(deployed, tmp_path, "x").invoke({}, CONTEXT)
    assert json.loads(outcome.payload) == {
        "errorMessage": "'a'",
        "errorType": "KeyError",
        "requestId": "request",
        "stackTrace": [
            "  File \"/var/task/function.py\", line 2, in handler\n    return event['a']\n"
        ],
    }


LOGS = """
import logging
def handler(event, context):
    try:
        event["missing"]
    except KeyError:
        logging.exception("caught")
"""


def test_a_logged_traceback_has_paths_as_on_aws(deployed: Deployed, tmp_path: Path) -> None:
    """As subscription filters read it, a run would otherwise depend on a folder of this machine."""
    (tmp_path / "function.py").write_text(LOGS)
    environment = _counting(deployed, tmp_path, "x")
    assert not environment.invoke({}, CONTEXT).is_error
    lines = environment.output.lines()
    assert '  File "/var/task/function.py", line 5, in handler' in lines
    assert str(tmp_path) not in str(lines)


READS_LAYER = """
import shared
def handler(event, context):
    return shared.NAME if event.get("imports") else open("/opt/python/shared.py").read()
"""


def test_layers_are_imported_and_their_absolute_paths_refused(
    deployed: Deployed, tmp_path: Path
) -> None:
    """In this process /opt is the host's: the message names the engine that has layers there."""
    code, layer = tmp_path / "code", tmp_path / "layer"
    for folder, name, text in (
        (code, "function.py", READS_LAYER),
        (layer, "shared.py", "NAME = 'of the layer'"),
    ):
        folder.mkdir()
        (folder / name).write_text(text)
    environ = deployed.simulator._environ  # noqa: SLF001 - an environment of no deployed function
    environment = ExecutionEnvironment(code, "function.handler", {}, environ, layers=[layer])
    assert environment.invoke({"imports": True}, CONTEXT).payload == b'"of the layer"'
    with pytest.raises(UnsupportedCall, match="--engine embedded, where layers are at /opt"):
        environment.invoke({}, CONTEXT)
    assert "shared" not in sys.modules


def test_files_beside_the_handler_have_relative_paths(deployed: Deployed, tmp_path: Path) -> None:
    """Lambda runs a function in the folder of its code; the process stays where it was."""
    (tmp_path / "data.txt").write_text("of the zip")
    (tmp_path / "function.py").write_text("def handler(*_): return open('data.txt').read()")
    before = Path.cwd()
    assert _answer(_counting(deployed, tmp_path, "x")) == "of the zip"
    assert Path.cwd() == before


def test_an_answer_that_is_too_large_is_an_error(deployed: Deployed, tmp_path: Path) -> None:
    """As in a function's process: a caller on AWS would not get it either."""
    (tmp_path / "function.py").write_text("def handler(event, context): return 'x' * event['a']")
    environment = _counting(deployed, tmp_path, "x")
    assert not environment.invoke({"a": 6_291_554}, CONTEXT).is_error
    refused = environment.invoke({"a": 6_291_555}, CONTEXT)
    assert json.loads(refused.payload)["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_wrapper_script_is_refused(deployed: Deployed) -> None:
    """It would start a process; the message names the function and the engine that can."""
    made = deployed.simulator
    function = replace(
        made.function(_function_arn(deployed)), own_variables={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/x"}
    )
    with pytest.raises(UsageError, match="--engine embedded"):
        made.environment(function, "environment-1")


def test_a_runtime_other_than_python_is_refused(deployed: Deployed) -> None:
    """Functions run in this process."""
    role = deployed.simulator.function(_function_arn(deployed)).role
    with pytest.raises(ClientError, match=r"nodejs20\.x: the simulator runs functions in Python"):
        deployed.simulator.aws.awslambda.create_function(
            FunctionName="node", Runtime="nodejs20.x", Role=role, Handler="x.y", Code={}
        )


ELSEWHERE = """
import boto3
def handler(event, context):
    credentials = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("sts", "eu-west-1", endpoint_url="https://example.com", **credentials)
    return client.get_caller_identity()
"""


def test_a_handler_cannot_connect_elsewhere(deployed: Deployed, tmp_path: Path) -> None:
    """A call to anything but the simulator is refused before it leaves."""
    (tmp_path / "function.py").write_text(ELSEWHERE)
    outcome = _counting(deployed, tmp_path, "x").invoke({}, CONTEXT)
    assert "leave the endpoint to the environment" in str(outcome.payload)
    assert deployed.simulator.aws.s3.meta.endpoint_url == ENDPOINT


def test_other_requests_are_not_intercepted(deployed: Deployed) -> None:
    """Other requests of this process are not intercepted."""
    request = HttpRequest("GET", "http://127.0.0.1:4566/", {}, b"")
    assert deployed.simulator.handle_request(request) is None


def test_a_process_has_one_simulator(deployed: Deployed) -> None:
    """LocalStack's state is global: a second would be the first."""
    assert deployed.simulator is not None
    with pytest.raises(InfrastructureError, match="use the first again"), simulator():
        pass


def test_a_zip_with_paths_outside_its_folder_is_refused(deployed: Deployed) -> None:
    """It is unpacked with the permissions of the command that runs the simulator."""
    arn = _function_arn(deployed)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../outside.py", "")
    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        deployed.simulator.aws.awslambda.update_function_code(
            FunctionName=arn, ZipFile=content.getvalue()
        )
