"""What must hold of every run, judged from its history: valid, invalid or unknown.

    hints         what a broken one usually is, and what helps
    judging       what a judge is; all of them over one history
    ending        whether the history is whole, and what an absence at its end means
    compact       what judges remember, in little memory
    conservation  every accepted record is delivered exactly once
    schedule      every due instant was fired
    failures      no request ends in silence
    notices       each failure is told once to everybody who asked for it
    alerts        enough of them reached somebody
    drained       nothing is left at the end
    ticker        the ticker's own; the other modules know no ticker

A check takes one event after the other and keeps no history, so the simulation can feed it during a
run, and a saved run can be checked again from its file.
"""

from wavetank.invariants.alert_delivery import OneNotice
from wavetank.invariants.alerts import EnoughAlerts
from wavetank.invariants.checker import Invariant, Judges, judge
from wavetank.invariants.conservation import Conservation, Flaw
from wavetank.invariants.drained import FullyDrained
from wavetank.invariants.failures import NoSilentFailure
from wavetank.invariants.schedule import CompleteSchedule

__all__ = [
    "CompleteSchedule",
    "Conservation",
    "EnoughAlerts",
    "Flaw",
    "FullyDrained",
    "Invariant",
    "Judges",
    "NoSilentFailure",
    "OneNotice",
    "generic_invariants",
    "judge",
]


def generic_invariants() -> list[Invariant]:
    """What must hold of any pipeline, fresh for one run."""
    return [
        CompleteSchedule(),
        NoSilentFailure(),
        OneNotice(),
        Conservation(),
        FullyDrained(),
    ]
