"""The ticker as an example: its handler converges under each fault, the naive one does not.

The ticker's own invariants look at prices and minutes; this one knows nothing about them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulator.conftest import Deployed
from tests.simulator.naive import NAIVE, with_handler
from tests.simulator.runs import HORIZON, MINUTE, scenario_of
from wavetank.core.findings import Finding, Verdict
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.faults.calls import PartialBatchFailure
from wavetank.faults.fault import Fault
from wavetank.faults.generation import single_faults
from wavetank.faults.ticks import DuplicateTick
from wavetank.invariants import Convergence, Invariant
from wavetank.simulation.reference_run import ReferenceRuns
from wavetank.simulation.runner import RunSpec, simulate

NOT_COMPARED = {
    *("missed-tick", "rule-off", "unconfirmed-address"),
    *("broken-deployment", "no-concurrency", "permission-removed"),
}
"""Faults that rightly change what is left, or by which events are given up."""


@dataclass(frozen=True)
class ConvergingTicker(TickerPipeline):
    """The ticker, checked by convergence alone."""

    def invariants(self) -> list[Invariant]:
        return [Convergence()]


def findings(deployed: Deployed, faults: Sequence[Fault]) -> dict[str, Finding]:
    """The finding of a run with each fault, which is compared with the same run without it."""
    pipeline = ConvergingTicker(**vars(deployed.pipeline))
    references, found = ReferenceRuns(), dict[str, Finding]()
    for fault in faults:
        spec = RunSpec(scenario=scenario_of(fault), seed=1)
        result = simulate(deployed.simulator, pipeline, spec, None, references=references)
        (found[fault.kind],) = result.findings
    return found


def test_our_handler_converges_under_every_single_fault(deployed: Deployed) -> None:
    """Prices, records and e-mails are those of a calm run, unless an event was given up."""
    found = findings(deployed, single_faults(HORIZON))
    wrong = {kind: each for kind, each in found.items() if each.verdict is Verdict.INVALID}
    assert wrong == {}
    assert {
        kind for kind, each in found.items() if each.verdict is Verdict.NOT_EXERCISED
    } == NOT_COMPARED


def test_the_naive_handler_does_not(deployed: Deployed) -> None:
    """A tick that comes twice counts twice, and records that Firehose refuses are missing."""
    faults = (DuplicateTick(after=MINUTE), PartialBatchFailure(after=MINUTE))
    with with_handler(deployed, NAIVE) as naive:
        twice, refused = findings(naive, faults).values()
    assert (twice.verdict, refused.verdict) == (Verdict.INVALID, Verdict.INVALID)
    assert "is not idempotent, its events were repeated" in twice.evidence
    assert ": missing" in refused.evidence
