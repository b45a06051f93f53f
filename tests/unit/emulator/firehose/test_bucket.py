"""Firehose's puts reach S3 with the parameters that LocalStack's own parser would have read."""

from typing import Any

import pytest
from localstack.aws.protocol.parser import create_parser
from localstack.aws.spec import load_service

from wavetank.emulator.firehose.bucket import put_context
from wavetank.emulator.preparsed_request import Parsed


@pytest.mark.parametrize("key", ["2030/01/01/00/stream-1", "a prefix/of é+%/~name"])
def test_a_put_is_parsed_beforehand(key: str) -> None:
    """The operation and every parameter, those that are None included."""
    context = put_context("bucket", key, b"records", {"Host": "localhost"})
    operation, expected = create_parser(load_service("s3")).parse(context.request)
    found: Any = context.service_request
    assert isinstance(found, Parsed)
    assert context.operation is not None
    assert context.operation.name == operation.name
    assert found.pop("Body").read() == expected.pop("Body").read() == b"records"
    assert found == expected
