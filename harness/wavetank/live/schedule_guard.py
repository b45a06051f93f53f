"""Disable the rule for a while, so that only the scenario's steps fire ticks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wavetank.faults.changes import RuleChange
from wavetank.live.deployed_target import DeployedTarget


@contextmanager
def schedule_off(deployed: DeployedTarget, say: Callable[[str], None]) -> Iterator[None]:
    """Disables the rule for the body; afterwards restores its previous state, whatever happens.

    Raises:
        NotRestoredError: it could not be enabled again.
    """
    rule, target = deployed.names.rule, deployed.changed_target
    if not target.resources.rule_is_enabled(rule):
        say(f"{rule} is disabled, and stays disabled")
        yield
        return
    with target.changed(RuleChange(rule=rule)):
        say(f"disabled {rule}")
        yield
    say(f"enabled {rule} again")
