"""E-mail addresses on the alert topic, and whether they are confirmed."""

from collections.abc import Iterable

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import subscriptions, topic_arn
from wavetank.core.errors import UsageError
from wavetank.core.naming import Names
from wavetank.core.reporter import Reporter
from wavetank.live.sandbox_pipeline import SandboxPipeline

TOPIC_ARN = "arn:aws:sns:"


def show_unconfirmed(sandbox: SandboxPipeline, reporter: Reporter) -> None:
    """Lists the addresses that are not confirmed, each with the link that confirms it."""
    for message in sandbox.pending_confirmations():
        reporter.say(f"{message.address} gets no alerts until it is confirmed: open {message.link}")
        reporter.emit("unconfirmed", address=message.address, link=message.link)


def require_confirmed(sandbox: SandboxPipeline) -> None:
    """Returns if every address is confirmed.

    Raises:
        UsageError: one is not, and would get no alert.
    """
    waiting = sandbox.pending_confirmations()
    if waiting:
        raise UsageError(
            "confirmed addresses",
            f"{waiting[0].address} waits for confirmation",
            f"open {waiting[0].link}, or start with up --confirm-emails",
        )


def require_confirmed_for(sandbox: SandboxPipeline, destinations: Iterable[str]) -> None:
    """Returns if reports in these destinations can be observed: a topic's need its addresses.

    Raises:
        UsageError: one of them is a topic, and an address is not confirmed.
    """
    if any(arn.startswith(TOPIC_ARN) for arn in destinations):
        require_confirmed(sandbox)


def require_confirmed_on(aws: AwsClients, names: Names) -> tuple[str, ...]:
    """The addresses on the topic, if all are confirmed; needs no access to a mailbox.

    Raises:
        UsageError: one is not confirmed, or the topic has none.
    """
    found = subscriptions(aws, topic_arn(aws, names))
    waiting = sorted(entry.address for entry in found if not entry.confirmed)
    if waiting:
        raise UsageError(
            "confirmed addresses",
            f"{', '.join(waiting)} still to be confirmed",
            "open the link in AWS's message to it, which is valid for two days; after that, deploy"
            " without the address and then with it, so that AWS sends a new link",
        )
    if not found:
        raise UsageError("an address on the topic", "none", "deploy with --email")
    return tuple(sorted(entry.address for entry in found))
