"""Entries of delivery status logging."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from moto.logs.exceptions import ResourceAlreadyExistsException
from moto.logs.models import logs_backends

from wavetank.emulator.logs.stored_events import log_streams, restore_log_streams
from wavetank.emulator.sns import delivery_status
from wavetank.emulator.sns.delivery_status import DeliveryStatus
from wavetank.emulator.target_delivery.deliveries import Undelivered
from wavetank.emulator.target_delivery.failures import FailureCode, TargetFailure

START = datetime(2026, 11, 30, 9, 5, 7, 125_000, tzinfo=UTC)
QUEUE = "arn:aws:sqs:eu-west-1:000000000000:in"
DELIVERED = DeliveryStatus(
    topic="arn:aws:sns:eu-west-1:000000000000:alarms",
    protocol="sqs",
    endpoint=QUEUE,
    message_id="1",
    message="storm",
    accepted=START,
    finished=START + timedelta(milliseconds=40),
    attempts=2,
)
DENIED = TargetFailure(FailureCode.NO_PERMISSIONS, "not allowed", "AccessDenied")
FAILED = replace(DELIVERED, failure=Undelivered(DENIED, 1, None))


def test_an_entry_says_what_became_of_a_message() -> None:
    """As AWS writes it, in a group of its own for failures."""
    assert DELIVERED.group == "sns/eu-west-1/000000000000/alarms"
    entry = DELIVERED.entry("d")
    assert entry["status"] == "SUCCESS"
    assert entry["notification"]["timestamp"] == "2026-11-30 09:05:07.125"
    delivery = {"deliveryId": "d", "destination": QUEUE, "dwellTimeMs": 40, "attempts": 2}
    assert entry["delivery"] == delivery
    assert FAILED.group == "sns/eu-west-1/000000000000/alarms/Failure"
    failed = FAILED.entry("d")
    assert failed["status"] == "FAILURE"
    assert json.loads(failed["delivery"]["providerResponse"])["ErrorCode"] == "AccessDenied"


@pytest.mark.parametrize(
    ("status", "attributes", "is_logged"),
    [
        (DELIVERED, {"SQSSuccessFeedbackRoleArn": "r"}, True),
        (DELIVERED, {"SQSSuccessFeedbackRoleArn": "r", "SQSSuccessFeedbackSampleRate": "0"}, False),
        (DELIVERED, {"SQSFailureFeedbackRoleArn": "r"}, False),
        (DELIVERED, {"LambdaSuccessFeedbackRoleArn": "r"}, False),
        (FAILED, {"SQSFailureFeedbackRoleArn": "r", "SQSSuccessFeedbackSampleRate": "0"}, True),
        (FAILED, {"SQSSuccessFeedbackRoleArn": "r"}, False),
        (replace(DELIVERED, protocol="email"), {"SQSSuccessFeedbackRoleArn": "r"}, False),
    ],
)
def test_the_topic_asks_for_entries(
    status: DeliveryStatus,
    attributes: dict[str, str],
    is_logged: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    """By the role for the protocol and the result; of successes a percentage."""
    assert status.is_logged(attributes) is is_logged


def test_a_sample_is_a_percentage_of_the_messages() -> None:
    """The same ones in each run."""
    attributes = {"SQSSuccessFeedbackRoleArn": "r", "SQSSuccessFeedbackSampleRate": "30"}
    sampled = [
        replace(DELIVERED, message_id=str(number)).is_logged(attributes) for number in range(1000)
    ]
    assert 250 < sum(sampled) < 350


def test_a_run_begins_without_the_groups_of_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that each run creates them itself."""
    client, backend = Mock(), logs_backends["000000000000"]["eu-west-1"]
    client.create_log_group = lambda **given: backend.create_log_group(given["logGroupName"], {})
    client.exceptions.ResourceAlreadyExistsException = ResourceAlreadyExistsException
    monkeypatch.setattr(delivery_status, "service_client", lambda *_: client)
    before = log_streams("000000000000", "eu-west-1")
    for _ in range(2):
        delivery_status.log_delivery_status(DELIVERED, {"SQSSuccessFeedbackRoleArn": "r"})
    assert client.put_log_events.call_count == 2
    assert DELIVERED.group in backend.groups
    restore_log_streams("000000000000", "eu-west-1", before)
    assert DELIVERED.group not in backend.groups
