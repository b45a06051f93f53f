"""A rule's target: its client has a valid session of the target's role."""

from types import SimpleNamespace
from typing import Any

import pytest

from wavetank.aws.clients import ClientError
from wavetank.core.clock import WallClock
from wavetank.emulator.events import targets
from wavetank.emulator.events.senders import TargetInput, send_input
from wavetank.emulator.events.targets import RuleTarget
from wavetank.emulator.role_sessions import RoleSession, RoleSessionCache
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries
from wavetank.emulator.target_delivery.failures import FailureCode, TargetError
from wavetank.emulator.target_delivery.function_invoker import EventOrigin

RULE = "arn:aws:events:eu-west-1:000000000000:rule/rule"
ROLE = "arn:aws:iam::000000000000:role/role"
STREAM = "arn:aws:kinesis:eu-west-1:000000000000:stream/stream"
EVENT = {"id": "1", "detail": {}}


class Stream:
    """A client that accepts only the session that is valid now."""

    valid = 1

    def __init__(self, number: int) -> None:
        self.number = number
        self.records: list[bytes] = []

    def request_metadata(self, **_: str) -> "Stream":
        return self

    def put_record(self, **record: Any) -> None:
        if self.number != Stream.valid:
            raise ClientError({"Error": {"Code": "UnrecognizedClientException"}}, "PutRecord")
        self.records.append(record["Data"])


class Sessions(RoleSessionCache):
    """Sessions without STS, whose clients are numbered."""

    made = 0

    def _assume(self, role_arn: str, until: Any) -> RoleSession:
        self.made += 1
        return RoleSession(role_arn, "secret", "token", until)

    def clients(self, role_arn: str, region: str) -> Any:
        del role_arn, region
        client = self.client = Stream(self.made)
        return SimpleNamespace(get_client=lambda _: client)


class Sender(SimpleNamespace):
    """LocalStack's sender, as far as a target uses it."""

    @property
    def client(self) -> Any:
        """The client that was set."""
        return self._client


def test_a_role_that_is_created_again_gets_a_new_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PutTargets: the client is not the one of the target's first event."""
    sessions = Sessions(WallClock(), "events", "session")
    monkeypatch.setattr(targets, "TARGET_SESSIONS", {"events": sessions})
    sender: Any = Sender(
        service="kinesis",
        unique_id="a",
        rule_arn=RULE,
        rule_name="rule",
        region="eu-west-1",
        target={"Arn": STREAM, "RoleArn": ROLE},
        _client=None,
        _register_client_hooks=lambda _: None,
    )
    deliveries = TargetDeliveries(WallClock(), has_thread=False)
    target = RuleTarget(sender, deliveries, WallClock())
    target.process_event(EVENT, None)
    target.process_event(EVENT, None)
    assert (len(sessions.client.records), sessions.made) == (2, 1)
    Stream.valid = 2
    target.process_event(EVENT, None)
    assert (len(sessions.client.records), sessions.made) == (1, 2)
    assert deliveries.next_due() is None


BUS = "arn:aws:events:eu-west-1:000000000000:event-bus/bus"


@pytest.mark.parametrize("text", ["[1]", '"text"', "1", '{"time": "soon"}', "no JSON", "[" * 9_999])
def test_a_bus_accepts_only_an_event(text: str) -> None:
    """Another input is INVALID_JSON, and not retried."""
    sender: Any = SimpleNamespace(service="events", target={"Arn": BUS}, client=None)
    source = EventOrigin(arn=RULE, ids=("1",))
    now = WallClock().now()
    content = TargetInput(text=text, event=EVENT, source=source, now=now, trace=None)
    with pytest.raises(TargetError) as refused:
        send_input(sender, content)
    assert refused.value.code is FailureCode.INVALID_JSON
