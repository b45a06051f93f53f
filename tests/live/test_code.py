"""A function's code as a stranger may send it: what is refused, and that nothing is left of it."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.archives import FILE, LINK, PROGRAM, Entry, zipped
from tests.live.conftest import MakeFunction, MakeRole
from tests.live.hosts import Host
from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients, ClientError, sandbox_clients

ECHO = "def handler(event, context): return event"
NOT_UNZIPPED = "Could not unzip uploaded file"
TOO_LARGE = "Unzipped size must be smaller than 262144000 bytes"


def _zipped(*entries: Entry) -> bytes:
    return zipped([("function.py", FILE, ECHO), *entries])


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """A file of this user that no archive may reach."""
    file = tmp_path / "victim"
    file.write_text("untouched")
    file.chmod(0o600)
    yield file
    assert file.read_text() == "untouched"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["victim"]


def _hostile(victim: Path) -> list[bytes]:
    return [
        _zipped(("link", LINK, str(victim))),
        _zipped(("up", LINK, str(victim.parent)), ("up/victim", FILE, "changed")),
        _zipped((f"{'../' * 40}{str(victim)[1:]}", FILE, "changed")),
        _zipped((str(victim), FILE, "changed")),
    ]


def _refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
    return caught.value.response["Error"]["Message"]


def test_code_that_leads_out_of_its_folder_is_refused_however_it_is_sent(
    make_function: MakeFunction, make_role: MakeRole, aws: AwsClients, victim: Path
) -> None:
    """Created, updated and as a layer: LocalStack wrote and changed modes through its links."""
    function, client = make_function(ECHO), aws.awslambda
    role, name = make_role(), f"test-{unique_letters()}"
    settings = {"Runtime": "python3.13", "Role": role, "Handler": "function.handler"}
    for content in _hostile(victim):
        code = {"ZipFile": content}
        refusals = [
            _refusal(client.create_function, FunctionName=name, Code=code, **settings),
            _refusal(client.update_function_code, FunctionName=function.name, **code),
            _refusal(client.publish_layer_version, LayerName=name, Content=code),
        ]
        assert all(message.startswith(NOT_UNZIPPED) for message in refusals)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName=name)
    assert client.list_layer_versions(LayerName=name)["LayerVersions"] == []
    assert function.result("still there") == "still there"


def test_code_that_is_too_large_is_refused_in_awss_words(
    make_role: MakeRole, aws: AwsClients
) -> None:
    """By what it says that it takes unpacked; the archive itself is small."""
    size, size_max = (number.to_bytes(4, "little") for number in (12_345, 262_144_000))
    bomb = _zipped(("zeros", FILE, "0" * 12_345)).replace(size, size_max)
    message = _refusal(
        aws.awslambda.create_function,
        FunctionName=f"test-{unique_letters()}",
        Code={"ZipFile": bomb},
        Runtime="python3.13",
        Role=make_role(),
        Handler="function.handler",
    )
    assert message == TOO_LARGE


def test_no_folder_of_the_host_is_taken_as_code(
    make_role: MakeRole, aws: AwsClients, victim: Path
) -> None:
    """LocalStack's hot reloading would show any of them to a function."""
    message = _refusal(
        aws.awslambda.create_function,
        FunctionName=f"test-{unique_letters()}",
        Code={"S3Bucket": "hot-reload", "S3Key": str(victim.parent)},
        Runtime="python3.13",
        Role=make_role(),
        Handler="function.handler",
    )
    assert "is not accepted as code" in message


def test_links_and_programs_within_the_code_work(make_role: MakeRole, aws: AwsClients) -> None:
    """They are as they were packed."""
    source = (
        "import os, subprocess\n"
        "def handler(event, context):\n"
        "    os.chdir(os.environ['LAMBDA_TASK_ROOT'])\n"
        "    return [subprocess.check_output(['./link'], text=True), os.access('data', os.X_OK)]\n"
    )
    content = _zipped(
        ("own.py", FILE, source),
        ("bin/say", PROGRAM, "#!/bin/sh\nprintf said\n"),
        ("link", LINK, "bin/say"),
        ("data", FILE, ""),
    )
    name, client = f"test-{unique_letters()}", aws.awslambda
    client.create_function(
        FunctionName=name,
        Code={"ZipFile": content},
        Runtime="python3.13",
        Role=make_role(),
        Handler="own.handler",
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    answer = client.invoke(FunctionName=name)
    assert answer["Payload"].read() == b'["said", false]'
    client.delete_function(FunctionName=name)


def test_a_function_that_failed_can_be_deleted(
    make_role: MakeRole, aws: AwsClients, localstack: Host
) -> None:
    """Its layer cannot be downloaded; LocalStack answered the deletion with 500."""
    name, client = f"test-{unique_letters()}", aws.awslambda
    layer = client.publish_layer_version(
        LayerName=name, Content={"ZipFile": zipped([("file", FILE, "")])}
    )
    _remove_archive(localstack.endpoint, layer["Content"]["Location"])
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="function.handler",
        Code={"ZipFile": _zipped()},
        Layers=[layer["LayerVersionArn"]],
        Role=make_role(),
    )
    with pytest.raises(Exception, match="Failed"):
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    client.delete_function(FunctionName=name)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName=name)


def _remove_archive(endpoint: str, location: str) -> None:
    """Remove an archive from the bucket of LocalStack's own account, by the link to it."""
    link = urlsplit(location)
    (signer,) = parse_qs(link.query)["AWSAccessKeyId"]
    bucket, _, key = unquote(link.path).removeprefix("/").partition("/")
    sandbox_clients(endpoint, signer).s3.delete_object(Bucket=bucket, Key=key)
