"""The schedule switched off for a while: what happens in it is then somebody's hand alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavetank.clients import BotoCoreError, ClientError
from wavetank.errors import InfrastructureError
from wavetank.live.place import LivePlace

OFF = "DISABLED"


@contextmanager
def schedule_off(place: LivePlace, say: Callable[[str], None]) -> Iterator[None]:
    """For the body the rule is off, and afterwards as it was, whatever happens.

    Raises:
        InfrastructureError: it could not be switched on again; says how to.
    """
    rule, events = place.names.rule, place.aws.events
    if events.describe_rule(Name=rule)["State"] == OFF:
        say(f"{rule} is off, and stays off")
        yield
        return
    try:
        events.disable_rule(Name=rule)
        say(f"switched {rule} off")
        place.clock.sleep(place.settle_seconds)
        yield
    finally:
        with putting_back(f"{rule} to be on", f"aws events enable-rule --name {rule}"):
            events.enable_rule(Name=rule)
        say(f"switched {rule} on again")


@contextmanager
def putting_back(what: str, by_hand: str) -> Iterator[None]:
    """The body puts something back; where it cannot, the error says what does.

    Raises:
        InfrastructureError: the target refused, or cannot be reached.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise InfrastructureError(f"{what} again", str(error), f"do it with {by_hand}") from error
