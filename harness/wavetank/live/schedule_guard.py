"""The schedule switched off for a while: what happens in it is then somebody's hand alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavetank.faults.change_journal import RuleChange
from wavetank.live.deployed_target import LivePlace
from wavetank.live.reverting import OFF


@contextmanager
def schedule_off(place: LivePlace, say: Callable[[str], None]) -> Iterator[None]:
    """For the body the rule is off, and afterwards as it was, whatever happens.

    Raises:
        NotRestoredError: it could not be switched on again.
    """
    rule, events = place.names.rule, place.aws.events
    if events.describe_rule(Name=rule)["State"] == OFF:
        say(f"{rule} is off, and stays off")
        yield
        return

    def switch_off() -> None:
        events.disable_rule(Name=rule)
        say(f"switched {rule} off")
        place.clock.sleep(place.settle_seconds)

    with place.changed_target.changed(RuleChange(rule=rule), switch_off):
        yield
    say(f"switched {rule} on again")
