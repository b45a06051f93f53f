"""What a target receives from a template: the examples of AWS's user guide, and every JSON type."""

import json
from typing import Any

import pytest

from wavetank.emulator.events.input_transformer import InputTemplateError, InputTransformer
from wavetank.emulator.events.targets import target_input
from wavetank.emulator.target_delivery.failures import TargetError

RULE = "arn:aws:events:us-east-1:123456789012:rule/example"
EVENT: dict[str, Any] = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "account": "123456789012",
    "time": "2015-11-11T21:29:54Z",
    "region": "us-east-1",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789"],
    "detail": {
        "instance-id": "i-0123456789",
        "state": "RUNNING",
        "said": 'say "hi" \\ there',
        "lines": "one\ntwo",
        "count": 0,
        "ratio": 1.5,
        "on": False,
        "nothing": None,
        "nested": {"a": 'q"q', "list": [1, "b"]},
    },
}
PATHS = {
    "instance": "$.detail.instance-id",
    "state": "$.detail.state",
    "resource": "$.resources[0]",
    "said": "$.detail.said",
    "lines": "$.detail.lines",
    "count": "$.detail.count",
    "ratio": "$.detail.ratio",
    "on": "$.detail.on",
    "nothing": "$.detail.nothing",
    "nested": "$.detail.nested",
    "items": "$.detail.nested.list[*]",
    "missing": "$.detail.no.such",
}


def _text(template: str) -> str:
    transformer = InputTransformer(template, PATHS)
    transformer.check()
    return transformer.text(EVENT, RULE, "example")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'),
        (
            '"instance \\"<instance>\\" is in <state>"',
            '"instance \\"i-0123456789\\" is in RUNNING"',
        ),
        ('"<aws.events.rule-name> triggered"', '"example triggered"'),
        ('"one <state>"\n"two <state>"', '"one RUNNING"\n"two RUNNING"'),
        ("<nested>", '{"a":"q\\"q","list":[1,"b"]}'),
        ('"the object <nested>"', '"the object {a:qq,list:[1,b]}"'),
    ],
)
def test_text_of_strings_is_as_in_the_user_guide(template: str, expected: str) -> None:
    """An object within text loses its quotation marks."""
    assert _text(template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"instance":<instance>}', {"instance": "i-0123456789"}),
        (
            '{"i":<instance>, "s":"<state>", "t":"instance \\"<instance>\\" is in <state>"}',
            {"i": "i-0123456789", "s": "RUNNING", "t": 'instance "i-0123456789" is in RUNNING'},
        ),
        ('{"s":[9,<state>,true]}', {"s": [9, "RUNNING", True]}),
        ('{"said":<said>}', {"said": EVENT["detail"]["said"]}),
        ('{"said":"<said>"}', {"said": EVENT["detail"]["said"]}),
        ('{"lines":<lines>}', {"lines": "one\ntwo"}),
        (
            '{"n":<count>,"r":<ratio>,"b":<on>,"z":<nothing>}',
            {"n": 0, "r": 1.5, "b": False, "z": None},
        ),
        ('{"n":"<count>","b":"<on>"}', {"n": "0", "b": "false"}),
        ('{"o":<nested>,"l":<items>}', {"o": {"a": 'q"q', "list": [1, "b"]}, "l": [1, "b"]}),
        ('{"r":<resource>}', {"r": EVENT["resources"][0]}),
        ('{"m":<missing>}', {"m": ""}),
        ('{"rule":<aws.events.rule-arn>}', {"rule": RULE}),
        ('{"at":<aws.events.event.ingestion-time>}', {"at": EVENT["time"]}),
        ('{"event":<aws.events.event.json>}', {"event": EVENT}),
    ],
    ids=lambda value: str(value)[:50],
)
def test_values_of_every_type_keep_it_in_an_object(template: str, expected: object) -> None:
    """With and without quotation marks in the template."""
    assert json.loads(_text(template)) == expected


def test_the_event_without_its_detail() -> None:
    """As <aws.events.event> gives it."""
    found = json.loads(_text('{"event":<aws.events.event>}'))["event"]
    assert found.pop("detailType") == EVENT["detail-type"]
    left = EVENT.keys() - {"detail", "detail-type"}
    assert found == {name: EVENT[name] for name in left}


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("<instance> is in state <state>", "Expecting value"),
        ('{"a": <nobody>}', "invalid placeholder nobody"),
        ("{<state>: 1}", "Expecting property name"),
        ('{"a": <state>', "Expecting ',' delimiter"),
    ],
)
def test_templates_that_aws_refuses(template: str, problem: str) -> None:
    """Text without quotation marks, unknown placeholders, and placeholders as keys."""
    with pytest.raises(InputTemplateError, match=problem):
        InputTransformer(template, PATHS).check()


@pytest.mark.parametrize(
    "template",
    ['{"t":"it says <said>"}', '{"t":"<nested>"}', '{"t":"x <nested>"}', '{"t":"<items>"}'],
)
def test_what_breaks_an_object_is_not_delivered(template: str) -> None:
    """AWS does not escape values within text, and drops an event that is no JSON then."""
    target = {
        "Id": "a",
        "InputTransformer": {"InputTemplate": template, "InputPathsMap": PATHS},
    }
    with pytest.raises(TargetError, match="not valid JSON"):
        target_input(target, EVENT, RULE, "example")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, EVENT),
        ({"Input": '{"constant": 1}'}, {"constant": 1}),
        ({"InputPath": "$.detail.nested.list"}, [1, "b"]),
        ({"InputPath": "$.detail.count"}, 0),
    ],
)
def test_input_without_a_transformer(settings: dict[str, str], expected: object) -> None:
    """The event, a constant, or a part of the event, also if that is zero."""
    assert json.loads(target_input({"Id": "a", **settings}, EVENT, RULE, "example")) == expected
