"""The provider's operations: those that check and store are atomic."""

import threading
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api.scheduler import ConflictException, ValidationException
from moto.scheduler.models import Schedule, scheduler_backends

from wavetank.core.clock import WallClock
from wavetank.emulator.scheduler.provider import WavetankScheduler

ACCOUNT = "123456789012"
REGION = "eu-west-1"


class SlowlyChecked(dict[str, Schedule]):
    """Schedules whose check for a name lets another thread go first, if one comes."""

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2)

    def __contains__(self, name: object) -> bool:
        found = super().__contains__(name)
        with suppress(threading.BrokenBarrierError):
            self.both.wait(timeout=0.3)
        return found


def test_one_of_two_simultaneous_creations_of_a_name_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on AWS: ConflictException."""
    group = scheduler_backends[ACCOUNT][REGION].schedule_groups["default"]
    monkeypatch.setattr(group, "schedules", SlowlyChecked())
    provider = WavetankScheduler(WallClock(), fires=False)
    definition = {
        "Name": "a",
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": "arn:aws:sqs:eu-west-1:123456789012:q",
            "RoleArn": "arn:aws:iam::1:role/r",
        },
    }
    context: Any = SimpleNamespace(account_id=ACCOUNT, region=REGION, service_request=definition)
    refused: list[ConflictException] = []

    def create() -> None:
        try:
            provider.create_schedule(context)
        except ConflictException as error:
            refused.append(error)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def test_the_default_group_cannot_be_deleted() -> None:
    """No schedule could be created after that; the user guide says that it cannot be deleted."""
    provider = WavetankScheduler(WallClock(), fires=False)
    context: Any = SimpleNamespace(account_id=ACCOUNT, region=REGION, service_request={})
    with pytest.raises(ValidationException):
        provider.delete_schedule_group(context, "default")


def test_a_creation_is_repeated_by_its_token_only() -> None:
    """Another definition, another token or none is a conflict."""
    provider = WavetankScheduler(WallClock(), fires=False)
    definition: dict[str, Any] = {
        "Name": "repeated",
        "ClientToken": "token",
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": "arn:aws:sqs:eu-west-1:123456789012:q",
            "RoleArn": "arn:aws:iam::1:role/r",
        },
    }

    def create(**changes: Any) -> Any:
        context: Any = SimpleNamespace(
            account_id=ACCOUNT, region=REGION, service_request=definition | changes
        )
        return provider.create_schedule(context)

    assert create() == create()
    for changes in ({"ClientToken": "other"}, {"ClientToken": None}, {"Description": "other"}):
        with pytest.raises(ConflictException):
            create(**changes)
