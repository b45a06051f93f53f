"""Layers, wrapper scripts and variables of functions, seen through an unmodified client."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.archives import FILE, PROGRAM, Entry, zipped
from tests.live.conftest import Function, MakeFunction, MakeRole
from tests.live.hosts import Host
from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.emulator.settings import IsolationLevel

HANDLER = """
import os, subprocess
import only_in_one, shadowed, in_site_packages

def handler(event, context):
    return {
        "modules": [only_in_one.NAME, shadowed.NAME, in_site_packages.NAME],
        "tool": subprocess.run(["tool"], capture_output=True, text=True).stdout.strip(),
        "opt": sorted(os.listdir("/opt")),
    }
"""
TOOL = "#!/bin/sh\necho of the layer\n"
SITE_PACKAGES = "python/lib/python3.13/site-packages"
WRAPPER = """#!/bin/bash
export WRAPPED="$(basename "$1")"
args=("$@")
args=("${args[@]:0:$#-1}" "-X" "of_the_wrapper" "${args[@]: -1}")
exec "${args[@]}"
"""
WRAPPED = (
    "import os, sys\ndef handler(event, context): return [os.environ['WRAPPED'], sys._xoptions]"
)
VARIABLES = "import os\ndef handler(event, context): return dict(os.environ)"
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Shared": {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"Content": {"S3Bucket": "", "S3Key": "layer"}},
        },
        "Reads": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Code": {"ZipFile": "import given\ndef handler(event, context): return given.NAME"},
                "Layers": [{"Ref": "Shared"}],
            },
        },
    },
    "Outputs": {"Name": {"Value": {"Ref": "Reads"}}},
}


@pytest.fixture
def level(localstack: Host) -> IsolationLevel:
    """How far functions are isolated; AWS's paths are real with namespaces only."""
    return IsolationLevel(SandboxControls(localstack.endpoint).isolation()["level"])


def _layer(aws: AwsClients, *entries: Entry) -> str:
    """A new layer; returns the ARN of its version."""
    made = aws.awslambda.publish_layer_version(
        LayerName=f"test-{unique_letters()}",
        Content={"ZipFile": zipped(entries)},
        CompatibleRuntimes=["python3.13"],
    )
    return made["LayerVersionArn"]


@pytest.fixture
def layers(aws: AwsClients) -> Iterator[list[str]]:
    """Two layers, of which the second overwrites a module of the first."""
    first = _layer(
        aws,
        ("python/only_in_one.py", FILE, "NAME = 'first'"),
        ("python/shadowed.py", FILE, "NAME = 'first'"),
        ("bin/tool", PROGRAM, TOOL),
    )
    second = _layer(
        aws,
        ("python/shadowed.py", FILE, "NAME = 'second'"),
        (f"{SITE_PACKAGES}/in_site_packages.py", FILE, "NAME = 'site'"),
    )
    yield [first, second]
    for arn in (first, second):
        aws.awslambda.delete_layer_version(LayerName=arn.split(":")[6], VersionNumber=1)


def test_layers_are_found_in_order_and_after_an_update(
    make_function: MakeFunction, aws: AwsClients, layers: list[str], level: IsolationLevel
) -> None:
    """Modules by both paths, programs by PATH, all files at /opt; the later layer overwrites."""
    function = make_function(HANDLER, Layers=layers)
    described = aws.awslambda.get_function_configuration(FunctionName=function.name)
    assert [layer["Arn"] for layer in described["Layers"]] == layers
    found = function.result()
    assert found["modules"] == ["first", "second", "site"]
    assert found["tool"] == "of the layer"
    if level is IsolationLevel.NAMESPACES:
        assert found["opt"] == ["bin", "python"]
    _update(function, Layers=layers[::-1])
    assert function.result()["modules"] == ["first", "first", "site"]
    _update(function, Layers=[])
    assert function.invoke().payload["errorType"] == "Runtime.ImportModuleError"


def test_a_wrapper_script_starts_the_runtime(make_function: MakeFunction, aws: AwsClients) -> None:
    """It gets the interpreter and its arguments, and may insert options before the last one."""
    layer = _layer(aws, ("wrapper", PROGRAM, WRAPPER))
    own = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}}
    interpreter, options = make_function(WRAPPED, Layers=[layer], Environment=own).result()
    assert interpreter.startswith("python3")
    assert options["of_the_wrapper"] is True


def test_a_function_finds_the_variables_that_aws_documents(
    make_function: MakeFunction, level: IsolationLevel
) -> None:
    """And, where it has files of its own, no others but the endpoint."""
    function = make_function(VARIABLES, Environment={"Variables": {"OWN": "own"}})
    found = function.result()
    assert found["LAMBDA_RUNTIME_DIR"] == found["PYTHONPATH"] == "/var/runtime"
    assert found["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    if level is not IsolationLevel.NAMESPACES:
        return
    assert found["PATH"] == "/usr/local/bin:/usr/bin/:/bin:/opt/bin"
    assert found["LD_LIBRARY_PATH"] == (
        "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"
        "/var/task:/var/task/lib:/opt/lib"
    )
    assert set(found) == DOCUMENTED | {"AWS_ENDPOINT_URL", "OWN"}


DOCUMENTED = {
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
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "TZ",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
}


def test_a_stack_has_a_layer(aws: AwsClients, make_role: MakeRole) -> None:
    """AWS::Lambda::LayerVersion, to which the function refers by its ARN."""
    name = f"test-{unique_letters()}"
    aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    archive = zipped([("python/given.py", FILE, "NAME = 'of the stack'")])
    aws.s3.put_object(Bucket=name, Key="layer", Body=archive)
    template = json.loads(json.dumps(TEMPLATE))
    template["Resources"]["Shared"]["Properties"]["Content"]["S3Bucket"] = name
    template["Resources"]["Reads"]["Properties"]["Role"] = make_role()
    aws.cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    aws.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )
    (output,) = aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    assert Function(output["OutputValue"], aws).result() == "of the stack"
    aws.cloudformation.delete_stack(StackName=name)


def _update(function: Function, **settings: Any) -> None:
    function.aws.awslambda.update_function_configuration(FunctionName=function.name, **settings)
    function.aws.awslambda.get_waiter("function_updated_v2").wait(
        FunctionName=function.name, WaiterConfig={"Delay": 1}
    )
