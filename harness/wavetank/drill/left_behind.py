"""A drill that nobody ended, because its process was killed: found and put back."""

from collections.abc import Callable
from dataclasses import dataclass

from wavetank.clients import AwsClients
from wavetank.clock import Clock
from wavetank.drill.record import DrillFolder
from wavetank.drill.restoring import restore, restore_code, restore_concurrency
from wavetank.naming import Names


@dataclass(frozen=True)
class Restored:
    """What was put back."""

    code: bool
    concurrency: bool


def restore_left_behind(
    aws: AwsClients,
    names: Names,
    clock: Clock,
    folder: DrillFolder,
    say: Callable[[str], None],
) -> Restored:
    """Puts back what a drill left, recorded or not; nothing where all is as the stack says.

    Raises:
        NotRestoredError: it could not be put back.
        UsageError: the drill is still under way.
    """
    with folder.held():
        record = folder.read()
        reserved = record.reserved if record else None
        found: list[bool] = []
        name = names.streaming_function

        def put_back() -> None:
            found[:] = [
                restore_concurrency(aws, names, reserved),
                restore_code(aws, names, clock),
            ]

        restore(name, put_back, clock)
        folder.forget()
    restored = Restored(concurrency=found[0], code=found[1])
    if restored.code:
        say(f"put back the code of {name}: it was not what the stack says")
    if restored.concurrency:
        say(f"put back the concurrency of {name}: nothing of it could run")
    return restored
