"""Calls of a schedule's target."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.emulator.scheduler.test_timetable import NOW, ROLE, made_schedule
from tests.unit.emulator.target_delivery.test_deliveries import SetClock
from tests.unit.emulator.test_role_sessions import CountingSessions
from wavetank.emulator.scheduler import targets
from wavetank.emulator.scheduler.targets import ScheduleInvocation, call_target
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError


@pytest.mark.parametrize("text", ["[1]", "1", "no JSON", "[" * 9_999])
def test_parameters_of_an_operation_are_an_object(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another input is INVALID_JSON, and not retried."""
    client: Any = SimpleNamespace(
        meta=SimpleNamespace(method_to_api_mapping={"send_message": "SendMessage"})
    )
    monkeypatch.setattr(targets, "role_client", lambda *_: client)
    sessions = CountingSessions(SetClock(), "scheduler", "session")
    monkeypatch.setattr(targets, "TARGET_SESSIONS", {"scheduler": sessions})
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "RoleArn": ROLE, "Input": text}
    invocation = ScheduleInvocation(
        schedule=made_schedule(target=target), scheduled=NOW, execution="1"
    )
    with pytest.raises(TargetError) as refused:
        call_target(invocation)
    assert refused.value.code is FailureCode.INVALID_JSON
