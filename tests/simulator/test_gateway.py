"""LocalStack's handler chain is shorter in the simulator, and still serves pages and Firehose."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator.conftest import START, Deployed
from wavetank.aws.observers import delivered_objects
from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.emulator.firehose.role_sessions import SESSION
from wavetank.engines.simulator.engine import ENDPOINT

if TYPE_CHECKING:
    from wavetank.emulator.firehose.delivery import Deliverer

RECORD = b"a record\n"
MINUTE = timedelta(minutes=1)


def _get(pipeline: Deployed, path: str) -> HttpResponse:
    answer = pipeline.simulator.handle_request(HttpRequest("GET", f"{ENDPOINT}{path}", {}, b""))
    assert answer is not None
    return answer


def _deliverer() -> "Deliverer":
    from wavetank.emulator.services import deliverer  # noqa: PLC0415 - only where a simulator is

    return deliverer()


def _deliver(pipeline: Deployed) -> None:
    """Put a record, and let it be delivered a minute later."""
    stream = _deliverer().ids()[0].name
    pipeline.simulator.aws.firehose.put_record(DeliveryStreamName=stream, Record={"Data": RECORD})
    pipeline.simulator.move_to(START + MINUTE)
    pipeline.simulator.deliver_due()


@pytest.mark.parametrize("path", ["/_wavetank/access", "/_localstack/health"])
def test_pages_are_served_without_a_signature(pipeline: Deployed, path: str) -> None:
    """Wavetank's and LocalStack's own."""
    answer = _get(pipeline, path)
    assert (answer.status, type(json.loads(answer.body))) == (200, dict)


def test_a_request_that_matches_no_page_is_a_call(pipeline: Deployed) -> None:
    """An unsigned call that matches no page is passed to the services."""
    answer = _get(pipeline, "/no-such-bucket")
    assert answer.status == 403
    assert b"<Code>AccessDenied</Code>" in answer.body


def test_an_object_of_firehose_has_its_checksum(pipeline: Deployed) -> None:
    """As when an SDK puts it."""
    _deliver(pipeline)
    aws, bucket = pipeline.simulator.aws, pipeline.names.bucket
    (found,) = delivered_objects(aws, bucket)
    head = aws.s3.head_object(Bucket=bucket, Key=found.key, ChecksumMode="ENABLED")
    assert head["ContentLength"] == len(RECORD)
    assert head["ChecksumCRC32"]


def test_a_delivery_has_the_permissions_of_its_role(pipeline: Deployed) -> None:
    """A role without its policy is denied by name, and the records wait."""
    iam, stream = pipeline.simulator.aws.iam, _deliverer().ids()[0]
    held = _deliverer().find(stream)
    assert held is not None
    role = held.settings.s3.role_arn.rpartition("/")[2]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    _deliver(pipeline)
    error = held.totals.last_error
    assert error is not None
    assert error.startswith("AccessDenied: User: ")
    assert f"{role}/{SESSION} is not authorized to perform: s3:PutObject" in error
    assert len(_deliverer().undelivered(stream)) == 1
