"""The SDK's descriptions of services are parsed once, and no other files are cached."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.loaders import JSONFileLoader
from botocore.session import Session

from wavetank.aws.service_models import service_models_parsed_once


@pytest.fixture(autouse=True)
def parsed_once() -> Iterator[None]:
    """Not the one that holds for the whole suite: its files are parsed already."""
    with service_models_parsed_once():
        yield


def test_two_sessions_share_what_is_parsed() -> None:
    """The second session's loader is another, and what it loads the same object."""
    first, second = (Session().get_component("data_loader") for _ in range(2))
    assert first is not second
    assert first.load_service_model("sqs", "service-2") is second.load_service_model(
        "sqs", "service-2"
    )


def test_a_client_is_made_of_it() -> None:
    """Its description is whole: an operation, and a service that boto3 describes."""
    for _ in range(2):
        resource = boto3.Session().resource("sqs", "eu-west-1", endpoint_url="http://127.0.0.1:1")
        assert "SendMessage" in resource.meta.client.meta.service_model.operation_names


def test_other_files_are_read_each_time(tmp_path: Path) -> None:
    """A handler's own description changes with the handler."""
    file = tmp_path / "own.json"
    for text in ("one", "two"):
        file.write_text(json.dumps({"is": text}))
        assert JSONFileLoader().load_file(str(file.with_suffix(""))) == {"is": text}


def test_afterwards_the_sdk_is_as_it_was() -> None:
    """Nested uses undo their own."""
    before = JSONFileLoader.load_file
    with service_models_parsed_once():
        assert JSONFileLoader.load_file is not before
    assert JSONFileLoader.load_file is before
