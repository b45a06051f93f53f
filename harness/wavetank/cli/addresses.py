"""Addresses that nobody has confirmed yet: said wherever it matters."""

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import subscriptions, topic_arn
from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox
from wavetank.core.errors import UsageError
from wavetank.core.naming import Names


def show_unconfirmed(sandbox: RunningSandbox, output: Output) -> None:
    """Says which addresses wait, and the link that confirms each."""
    for message in sandbox.unanswered():
        output.say(f"{message.address} gets nothing until it is confirmed: open {message.link}")
        output.emit("unconfirmed", address=message.address, link=message.link)


def require_confirmed(sandbox: RunningSandbox) -> None:
    """Returns where no address waits.

    Raises:
        UsageError: one does, so that no alert can reach it.
    """
    waiting = sandbox.unanswered()
    if waiting:
        raise UsageError(
            "confirmed addresses",
            f"{waiting[0].address} waits for confirmation",
            f"open {waiting[0].link}, or start with up --confirm-emails",
        )


def require_confirmed_on(aws: AwsClients, names: Names) -> tuple[str, ...]:
    """The topic's addresses, where none of them waits; also where no mailbox can be looked into.

    Raises:
        UsageError: one does, or there is none, so that nobody would hear of a failure.
    """
    found = subscriptions(aws, topic_arn(aws, names))
    waiting = sorted(entry.address for entry in found if not entry.confirmed)
    if waiting:
        raise UsageError(
            "confirmed addresses",
            f"{', '.join(waiting)} still to be confirmed",
            "open the link in AWS's message to it, which holds for two days; after that deploy"
            " without the address and with it again, so that it is asked once more",
        )
    if not found:
        raise UsageError("an address on the topic", "none", "deploy with --email")
    return tuple(sorted(entry.address for entry in found))
