"""Exported events become the workloads of a scenario, for the resources of a template."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.incidents.events import ExportedEvent, Resending
from wavetank.incidents.importing import Imported, import_events
from wavetank.incidents.scrubbing import Scrubber
from wavetank.incidents.targets import ImportTargets
from wavetank.scenario.parser import parse_scenario
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.scenario.workload.body import ActionValues, render
from wavetank.scenario.workload.kinds import SAMPLE, PutObject, SendMessage
from wavetank.templates.stack_tree import StackTree

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEMPLATE = """
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Fifo: {Type: AWS::SQS::Queue, Properties: {QueueName: payments.fifo, FifoQueue: true}}
  Uploads: {Type: AWS::S3::Bucket}
  Charge:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: charge, Handler: a.b, Runtime: python3.13, Role: x, Code: {}}
"""
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:shop-Orders-1AB2"


@pytest.fixture
def targets(tmp_path: Path) -> ImportTargets:
    """Those of the template."""
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return ImportTargets(StackTree(path, {}).all_scopes())


def event(
    body: bytes, kind: str = "send-message", resource: str | None = QUEUE, minute: int | None = 0
) -> ExportedEvent:
    """An event of that kind, sent in that minute."""
    way = Resending(kind=kind, body=body, resource=resource)
    at = None if minute is None else AT + minute * MINUTE
    return ExportedEvent(where="x.json: message 1", content=body, at=at, ways=(way,))


def imported(targets: ImportTargets, *events: ExportedEvent, to: str | None = None) -> Imported:
    """The scenario of the events."""
    chosen = targets.named(to) if to else None
    return import_events("incident", events, targets, Scrubber(b"k"), chosen)


def test_events_are_sent_at_their_times(targets: ImportTargets) -> None:
    """From the first one on, in their order; one without a time at the beginning."""
    found = imported(
        targets, event(b"late", minute=90), event(b"first"), event(b"timeless", minute=None)
    ).scenario
    sent = [(each.begins, each.body, each.target) for each in found.workloads]
    assert sent == [
        (timedelta(), "first", "Orders"),
        (timedelta(), "timeless", "Orders"),
        (90 * MINUTE, "late", "Orders"),
    ]
    assert found.horizon == 95 * MINUTE
    assert found.description == "An incident: 3 times send-message to Orders, within 90m"


@pytest.mark.parametrize("text", ["{{ number }}", "{{{{x}}}}", "{{", '{"a": {"b": "{{{"}}', "}}"])
def test_a_body_is_sent_as_it_was(targets: ImportTargets, text: str) -> None:
    """What looks like a placeholder is none, in the file too."""
    scenario = imported(targets, event(text.encode())).scenario
    again = parse_scenario("incident", scenario_to_toml(scenario), "incident.toml")
    assert again == scenario
    (workload,) = again.workloads
    assert isinstance(workload.body, str)
    values = ActionValues(SAMPLE.number, SAMPLE.at, SAMPLE.key, SAMPLE.random)
    assert render(workload.body, values) == text


def test_bytes_are_sent_as_they_were(targets: ImportTargets) -> None:
    """If that is allowed, in Base64; a message cannot have them."""
    scrubber = Scrubber(b"k", allow_unscrubbed=True)
    stored = event(b"\x00\xff", "put-object", "uploads-x-uploads-y")
    scenario = import_events("incident", [stored], targets, scrubber).scenario
    assert scenario.workloads == (PutObject(target="Uploads", count=1, body=b"\x00\xff"),)
    assert 'body_base64 = "AP8="' in scenario_to_toml(scenario)
    assert parse_scenario("incident", scenario_to_toml(scenario), "x.toml") == scenario
    with pytest.raises(UsageError, match="the `body` of send-message to be text; found 2 bytes"):
        import_events("incident", [event(b"\x00\xff")], targets, scrubber)


def test_keys_are_scrubbed_too(targets: ImportTargets) -> None:
    """Those of objects and message groups, alike in both."""
    address = "ada@" + "mail.io"
    ways = [
        Resending(kind=kind, body=b"x", resource=name, fields={"key": address})
        for kind, name in (("put-object", "Uploads"), ("send-message", "payments.fifo"))
    ]
    events = [ExportedEvent(where="x", content=b"x", ways=(way,)) for way in ways]
    stored, message = imported(targets, *events).scenario.workloads
    assert isinstance(stored, PutObject)
    assert isinstance(message, SendMessage)
    assert address != stored.key == message.key


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (QUEUE, "Orders"),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/payments.fifo", "Fifo"),
        ("Orders", "Orders"),
    ],
)
def test_a_resource_is_found_by_its_name_in_aws(
    targets: ImportTargets, name: str, target: str
) -> None:
    """Which the template gives it, or CloudFormation made of its logical id."""
    (workload,) = imported(targets, event(b"x", resource=name)).scenario.workloads
    assert workload.target == target


def test_a_chosen_resource_gets_every_event(targets: ImportTargets) -> None:
    """By the kind of workload that it takes."""
    (workload,) = imported(targets, event(b'{"n": 1}'), to="charge").scenario.workloads
    assert (workload.kind, workload.target) == ("invoke", "Charge")
    assert json.loads(str(workload.body)) == {"n": 1}


@pytest.mark.parametrize(
    ("given", "to", "message"),
    [
        (
            event(b"x", resource="arn:aws:sqs:eu-west-1:123456789012:shop-Returns-1"),
            None,
            "a queue of the template for x.json: message 1: one of Fifo, Orders; found shop-Ret",
        ),
        (
            event(b"x", "publish", "arn:aws:sns:eu-west-1:123456789012:news"),
            None,
            "a topic of the template .*: none is there; found news",
        ),
        (event(b"x", resource=None), None, "message 1, which does not name it; name a resource"),
        (event(b"x"), "Order", r"a resource of the template for --to, one of .*mean Orders\?"),
        (event(b"x"), "Charge", "the `body` of invoke in JSON; found 'x' .* in x.json: message 1"),
        (event(b""), None, "`body` of send-message; found none in x.json: message 1"),
        (event(b"\xff"), None, "binary content in x.json: message 1"),
        (event(b"x", minute=-(10**6)), None, "events within 365d of each other"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    targets: ImportTargets, given: ExportedEvent, to: str | None, message: str
) -> None:
    """By the place that it was read from."""
    with pytest.raises(UsageError, match=message):
        imported(targets, given, event(b"{}"), to=to)


def test_an_import_without_events_is_refused(targets: ImportTargets) -> None:
    """As is one whose events are elsewhere."""
    with pytest.raises(UsageError, match="events to import; found none"):
        imported(targets)


def test_what_is_left_out_is_counted(targets: ImportTargets) -> None:
    """By what it is."""
    part = ExportedEvent(
        where="x", content=b"x", ways=event(b"x").ways, left_out=("message attributes",)
    )
    assert imported(targets, part, part).left_out == {"message attributes": 2}
