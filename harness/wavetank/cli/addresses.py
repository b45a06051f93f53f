"""Addresses that nobody has confirmed yet: said wherever it matters."""

from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox
from wavetank.errors import UsageError


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
