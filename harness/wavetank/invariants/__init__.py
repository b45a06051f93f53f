"""Invariants that every run must satisfy, checked on its history: valid, invalid or unknown.

An invariant observes one event after the other and keeps no history, so the simulation can feed it
during a run, and a saved run can be checked again from its file. Only `ticker` knows the ticker's
records.
"""

from wavetank.invariants.accounted_events import NothingLost
from wavetank.invariants.alert_delivery import OneAlert
from wavetank.invariants.alerts import EnoughAlerts
from wavetank.invariants.checker import Invariant, InvariantSuite, check_history
from wavetank.invariants.conservation import Conservation, Flaw
from wavetank.invariants.convergence import Convergence
from wavetank.invariants.drained import FullyDrained
from wavetank.invariants.failures import NoSilentFailure
from wavetank.invariants.group_order import GroupOrder
from wavetank.invariants.schedule import CompleteSchedule

__all__ = [
    "CompleteSchedule",
    "Conservation",
    "Convergence",
    "EnoughAlerts",
    "Flaw",
    "FullyDrained",
    "GroupOrder",
    "Invariant",
    "InvariantSuite",
    "NoSilentFailure",
    "NothingLost",
    "OneAlert",
    "check_history",
    "generic_invariants",
]


def generic_invariants() -> list[Invariant]:
    """The invariants of any pipeline; new objects for one run."""
    return [
        CompleteSchedule(),
        NoSilentFailure(),
        NothingLost(),
        GroupOrder(),
        OneAlert(),
        Conservation(),
        FullyDrained(),
    ]
