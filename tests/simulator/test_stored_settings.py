"""Secrets and parameters of Systems Manager: in templates, and read and written by a handler."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.assistant import COLOR, ask, client, deployed_assistant
from tests.simulator.conftest import Deployed
from tests.simulator.stacks import run_context, simulator_fixture
from wavetank.pytest_plugin.session_simulator import Deployed as PluginsDeployed
from wavetank.pytest_plugin.simulator_fixture import SimulatorFixture


@pytest.fixture(scope="module")
def stack(deployed: Deployed) -> Iterator[PluginsDeployed]:
    """The simulator with the assistant deployed; deleted afterwards."""
    with deployed_assistant(deployed) as made:
        yield made


@pytest.fixture
def assistant(stack: PluginsDeployed, tmp_path: Path) -> SimulatorFixture:
    """What a test of that pipeline has."""
    return simulator_fixture(stack, run_context(tmp_path))


def test_a_template_reads_them(assistant: SimulatorFixture) -> None:
    """By parameters of their types, and by dynamic references to values, versions and keys."""
    name = assistant.name_of("Assistant")
    found = assistant.aws.awslambda.get_function_configuration(FunctionName=name)
    assert found["Environment"]["Variables"] == {
        "COLOR": "blue",
        "FIRST_COLOR": "red",
        "KEY": "k1",
        "RATE": "7",
        "SIZES": "s+m",
        "WHOLE": "whole",
    }


def test_a_template_has_them(assistant: SimulatorFixture) -> None:
    """With the names that it gives, or names that are the same each time."""
    ssm, secrets = client(assistant.aws, "ssm"), client(assistant.aws, "secretsmanager")
    assert ssm.get_parameter(Name="/assistant/rate")["Parameter"]["Value"] == "7"
    names = assistant.name_of("Names")
    assert names.startswith("pipeline-Names-")
    assert ssm.get_parameter(Name=names)["Parameter"]["Type"] == "StringList"
    generated = secrets.get_secret_value(SecretId="generated")["SecretString"]
    assert generated.startswith('{"user": "u", "password": "')
    found = secrets.describe_secret(SecretId=assistant.name_of("Secret"))
    assert found["Name"].startswith("pipeline-Secret-")


def test_parameters(assistant: SimulatorFixture) -> None:
    """Are put, read by name, by version and by path in pages, decrypted, and deleted."""
    with assistant.stepped_by_clock():
        for number in range(12):
            name = f"/assistant/many/{number:02}"
            put = ask(
                assistant, "ssm", "put_parameter", Name=name, Value=f"v{number}", Type="String"
            )
            assert put == {"Version": 1, "Tier": "Standard"}
        page = ask(assistant, "ssm", "get_parameters_by_path", Path="/assistant/many")
        assert [found["Value"] for found in page["Parameters"]] == [f"v{n}" for n in range(10)]
        rest = ask(
            assistant,
            "ssm",
            "get_parameters_by_path",
            Path="/assistant/many",
            NextToken=page["NextToken"],
        )
        assert [found["Value"] for found in rest["Parameters"]] == ["v10", "v11"]
        assert "NextToken" not in rest

        arguments = {"Name": "/assistant/key", "Value": "s", "Type": "SecureString"}
        ask(assistant, "ssm", "put_parameter", **arguments)
        sealed = ask(assistant, "ssm", "get_parameter", Name="/assistant/key")["Parameter"]
        assert sealed["Value"] != "s"
        found = ask(assistant, "ssm", "get_parameter", Name="/assistant/key", WithDecryption=True)
        assert (found["Parameter"]["Type"], found["Parameter"]["Value"]) == ("SecureString", "s")
        first = ask(assistant, "ssm", "get_parameter", Name=f"{COLOR}:1")["Parameter"]
        assert (first["Value"], first["Version"]) == ("red", 1)
        again = ask(assistant, "ssm", "put_parameter", Name=COLOR, Value="x", Type="String")
        assert again["error"]["Code"] == "ParameterAlreadyExists"
        both = ask(assistant, "ssm", "get_parameters", Names=[COLOR, "/assistant/none"])
        assert both["InvalidParameters"] == ["/assistant/none"]
        ask(assistant, "ssm", "delete_parameter", Name=COLOR)
        gone = ask(assistant, "ssm", "get_parameter", Name=COLOR)
        assert gone["error"]["Code"] == "ParameterNotFound"


def test_secrets(assistant: SimulatorFixture) -> None:
    """Are read by name, by ARN and in a batch, and put with the former version at hand."""
    arn = assistant.name_of("Secret")
    name = client(assistant.aws, "secretsmanager").describe_secret(SecretId=arn)["Name"]
    with assistant.stepped_by_clock():
        first = ask(assistant, "secretsmanager", "get_secret_value", SecretId=name)
        assert first["SecretString"] == '{"key": "k1"}'
        assert (first["ARN"], first["Name"]) == (arn, name)
        ask(assistant, "secretsmanager", "put_secret_value", SecretId=name, SecretString="two")
        by_arn = ask(assistant, "secretsmanager", "get_secret_value", SecretId=arn)
        assert by_arn["SecretString"] == "two"
        former = ask(
            assistant,
            "secretsmanager",
            "get_secret_value",
            SecretId=name,
            VersionStage="AWSPREVIOUS",
        )
        assert former["VersionId"] == first["VersionId"]
        ids = [name, "generated", "none"]
        batch = ask(assistant, "secretsmanager", "batch_get_secret_value", SecretIdList=ids)
        assert [found["Name"] for found in batch["SecretValues"]] == [name, "generated"]
        assert [error["SecretId"] for error in batch["Errors"]] == ["none"]
        denied = ask(assistant, "secretsmanager", "get_secret_value", SecretId="outside")
        assert denied["error"]["Code"] == "AccessDeniedException"


def test_each_run_begins_with_the_deployed_values(assistant: SimulatorFixture) -> None:
    """What a run has put is not there in the next one."""
    name = assistant.name_of("Secret")
    for _ in range(2):
        with assistant.stepped_by_clock():
            found = ask(assistant, "ssm", "get_parameter", Name=COLOR)["Parameter"]
            secret = ask(assistant, "secretsmanager", "get_secret_value", SecretId=name)
            assert (found["Value"], secret["SecretString"]) == ("blue", '{"key": "k1"}')
            arguments = {"Name": COLOR, "Value": "x", "Type": "String", "Overwrite": True}
            ask(assistant, "ssm", "put_parameter", **arguments)
            ask(assistant, "secretsmanager", "put_secret_value", SecretId=name, SecretString="two")
