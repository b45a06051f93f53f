"""Checks of alarms, subscriptions and delivery streams."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from wavetank.aws.observers import pending_confirmations
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.errors import InfrastructureError
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.inspection.stack_checks.checked_stack import CheckedStack, invalid, valid
from wavetank.inspection.stack_resources import TOPIC

ALARM = "AWS::CloudWatch::Alarm"
STREAM = "AWS::KinesisFirehose::DeliveryStream"


def alarms(checked: CheckedStack) -> Iterator[Finding]:
    """No alarm is in ALARM; insufficient data is no alarm."""
    labels = checked.stacks.labels(ALARM)
    if not labels:
        return
    found = checked.aws.cloudwatch.describe_alarms(AlarmNames=list(labels))["MetricAlarms"]
    for alarm in found:
        requirement = f"{labels[alarm['AlarmName']]} is not in ALARM"
        evidence = ": ".join(
            part for part in (alarm["StateValue"], alarm.get("StateReason", "")) if part
        )
        if alarm["StateValue"] == "ALARM":
            yield invalid(requirement, evidence, "correct what the metric counts")
        else:
            yield valid(requirement, evidence)


def subscriptions(checked: CheckedStack) -> Iterator[Finding]:
    """Every subscription of each topic is confirmed."""
    for topic in checked.stacks.of(TOPIC):
        pages = checked.aws.sns.get_paginator("list_subscriptions_by_topic")
        found = [
            each
            for page in pages.paginate(TopicArn=topic.physical_id)
            for each in page["Subscriptions"]
        ]
        pending = [e["Endpoint"] for e in found if not e["SubscriptionArn"].startswith("arn:")]
        requirement = f"subscriptions of {topic.logical_id} are confirmed"
        if pending:
            links = _links(checked, topic.physical_id) or "the link in the message to it"
            fix = f"open {links}, or start with up --confirm-emails"
            yield invalid(requirement, f"not confirmed: {', '.join(sorted(pending))}", fix)
        else:
            yield valid(requirement, f"{pluralize(len(found), 'subscription')}, none pending")


def _links(checked: CheckedStack, topic: str) -> str:
    """The links in the sandbox's messages to the addresses that are not confirmed."""
    messages = pending_confirmations(checked.aws, topic, checked.endpoint)
    return " and ".join(message.link for message in messages if message.link)


def delivery_streams(checked: CheckedStack) -> Iterator[Finding]:
    """Every stream delivers what it buffers now, and has lost nothing."""
    labels = checked.stacks.labels(STREAM)
    if not labels:
        return
    controls = SandboxControls(checked.endpoint)
    with suppress(InfrastructureError):  # what it could not deliver is in the states below
        controls.deliver_now()
    states = controls.streams()
    for name, label in labels.items():
        yield _stream(f"{label} delivers", states.get(name, {}))


def _stream(requirement: str, state: dict[str, Any]) -> Finding:
    error = state.get("last_error")
    counts = (
        f"{state.get('records_delivered', 0)} of {state.get('records_accepted', 0)} records "
        f"delivered, {state.get('records_lost', 0)} lost"
    )
    if state.get("attempts") or state.get("records_lost"):
        fix = "permit its role to write, or correct the destination"
        return invalid(requirement, f"{counts}: {error}", fix)
    return valid(requirement, counts)
