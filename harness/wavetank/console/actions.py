"""The operations behind both the pages and the JSON routes."""

from urllib.parse import parse_qs, urlsplit

from wavetank.console.collector import pipeline_state
from wavetank.console.view_models import Access, BucketAccess, Overview
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.emulator.iam_enforcement.access_matrix import bucket_access
from wavetank.emulator.iam_enforcement.enforcement import access_state
from wavetank.emulator.iam_enforcement.role_grants import role_reports
from wavetank.emulator.services import clients, confirmations
from wavetank.emulator.snapshot.adapters import bucket_names, read_object
from wavetank.emulator.sns.messages import MessageType, summary
from wavetank.emulator.stack_index import ROLE, DeployedStack
from wavetank.emulator.stacks import deployed_stacks


def overview(stack: str | None, clock: Clock) -> Overview:
    """The pipeline of the stack; by default the one that was changed last.

    Raises:
        UsageError: there is no pipeline with the name.
    """
    stacks = deployed_stacks()
    chosen = _chosen(stacks, stack)
    return Overview(
        stacks=tuple(stacks),
        pipelines=tuple(found.name for found in stacks if found.is_pipeline),
        shown=pipeline_state(chosen, clock) if chosen else None,
    )


def access(stack: str | None, clock: Clock) -> Access:
    """Who may do what with the pipeline of the stack, which is chosen like in `overview`.

    Raises:
        UsageError: there is no pipeline with the name.
    """
    found, state = overview(stack, clock), access_state()
    shown = found.shown
    roles = _roles(found.stacks, shown.stack) if shown else ()
    return Access(
        enforced=state["enforced"],
        pipelines=found.pipelines,
        stack=shown.stack if shown else None,
        buckets=tuple(
            BucketAccess(bucket=bucket.name, rows=tuple(bucket_access(bucket.name, roles)))
            for bucket in (shown.buckets if shown and state["enforced"] else ())
        ),
        roles=tuple(role_reports(roles, state["used"])),
    )


def object_body(bucket: str, key: str) -> bytes:
    """The object's body.

    Raises:
        UsageError: the object does not exist.
    """
    found = read_object(bucket, key) if bucket in bucket_names() else None
    if found is None:
        raise UsageError(
            f"an object {key!r} in {bucket!r}", "none", "list the objects of the bucket"
        )
    return found.body


def confirm(message_id: str) -> str:
    """Confirm with the link of the message; returns the subscription's ARN.

    Raises:
        UsageError: the message does not exist, or its link has expired.
    """
    message = confirmations().mailbox.get(message_id)
    found = summary(message) if message is not None else {"type": "none"}
    if found["type"] != MessageType.CONFIRMATION:
        raise UsageError("a message that asks for confirmation", found["type"], "choose another")
    sns, link = clients().sns, found["link"]
    try:
        answer = sns.confirm_subscription(
            TopicArn=_query_value(link, "TopicArn"), Token=token_of(link)
        )
    except sns.exceptions.ClientError as error:
        raise UsageError("a link that still confirms", str(error), "subscribe again") from error
    return str(answer["SubscriptionArn"])


def token_of(link: str) -> str:
    """The token in the link of a confirmation message."""
    return _query_value(link, "Token")


def _query_value(link: str, name: str) -> str:
    return parse_qs(urlsplit(link).query)[name][0]


def _chosen(stacks: list[DeployedStack], name: str | None) -> DeployedStack | None:
    pipelines = [stack for stack in stacks if stack.is_pipeline]
    if name is None:
        return max(pipelines, key=lambda stack: stack.changed, default=None)
    found = next((stack for stack in pipelines if stack.name == name), None)
    if found is None:
        known = ", ".join(stack.name for stack in pipelines) or "none"
        raise UsageError(f"a pipeline {name!r}", known, "name one that is deployed")
    return found


def _roles(stacks: tuple[DeployedStack, ...], name: str) -> tuple[str, ...]:
    return next(stack.of(ROLE) for stack in stacks if stack.name == name)
