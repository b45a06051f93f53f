"""The rule disabled for a while, so that nothing but the scenario's steps fires ticks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavetank.faults.changes import RuleChange
from wavetank.live.deployed_target import LivePlace


@contextmanager
def schedule_off(place: LivePlace, say: Callable[[str], None]) -> Iterator[None]:
    """For the body the rule is disabled; afterwards it is as it was, whatever happens.

    Raises:
        NotRestoredError: it could not be enabled again.
    """
    rule, target = place.names.rule, place.changed_target
    if not target.resources.rule_is_enabled(rule):
        say(f"{rule} is disabled, and stays disabled")
        yield
        return
    with target.changed(RuleChange(rule=rule)):
        say(f"disabled {rule}")
        yield
    say(f"enabled {rule} again")
