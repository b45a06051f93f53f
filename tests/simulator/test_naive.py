"""The naive handler in the simulator: what it breaks under which fault, as in the README."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.documents import blocks
from tests.live.hosts import PROJECT
from tests.simulator.conftest import Deployed
from tests.simulator.naive import NAIVE, with_handler
from tests.simulator.runs import HORIZON, run_faults, run_scenario
from wavetank.core.errors import ExitCode
from wavetank.faults.calls import ApiError, ApiLatency, LostReply, PartialBatchFailure
from wavetank.faults.delivery import (
    DuplicateDelivery,
    PermissionRemoved,
    S3Outage,
    UnconfirmedAddress,
)
from wavetank.faults.fault import Fault
from wavetank.faults.functions import (
    BrokenDeployment,
    FunctionTimeout,
    HandlerCrash,
    NoConcurrency,
    OutOfMemory,
    SlowColdStart,
    ThrottledFunction,
)
from wavetank.faults.generation import single_faults
from wavetank.faults.guarantee import affects_alerting
from wavetank.faults.ticks import (
    DuplicateTick,
    LateTick,
    MissedTick,
    OverlappingTicks,
    RuleOff,
)
from wavetank.scenario.parser import parse_scenario

SINGLE = {fault.kind: fault for fault in single_faults(HORIZON)}
AFTER, LASTS = timedelta(minutes=4), timedelta(minutes=6)
LAST_WRITE = 6
"""The naive handler's calls: a scan, five prices, the batch."""
FAULTS: dict[str, Fault] = {
    "`missed-tick`": MissedTick(after=AFTER),
    "`late-tick` by 90 s": LateTick(after=AFTER),
    "`duplicate-tick`": DuplicateTick(after=AFTER),
    "`overlapping-ticks`": OverlappingTicks(after=AFTER),
    "`handler-crash` between the price updates and PutRecordBatch": HandlerCrash(
        after=AFTER, call_number=LAST_WRITE
    ),
    "`function-timeout` after PutRecordBatch": FunctionTimeout(
        after=AFTER, call_number=LAST_WRITE + 1
    ),
    "`out-of-memory` between two price updates": OutOfMemory(after=AFTER, call_number=3),
    "`broken-deployment`": BrokenDeployment(after=AFTER, lasts=LASTS),
    "`no-concurrency`": NoConcurrency(after=AFTER, lasts=LASTS),
    "`throttled-function`": ThrottledFunction(after=AFTER, lasts=LASTS, times=None),
    "`rule-off`": RuleOff(after=AFTER, lasts=LASTS),
    "`slow-cold-start` of 9 s": SlowColdStart(after=AFTER),
    "`api-error`: PutRecordBatch is unavailable": ApiError(
        after=AFTER,
        lasts=LASTS,
        call="firehose:PutRecordBatch",
        code="ServiceUnavailableException",
        times=None,
    ),
    "`api-latency` of 3 s at PutRecordBatch": ApiLatency(after=AFTER),
    "`lost-reply` of PutRecordBatch": LostReply(after=AFTER),
    "`partial-batch-failure`": PartialBatchFailure(after=AFTER),
    "`s3-outage`": S3Outage(after=AFTER, lasts=LASTS),
    "`duplicate-delivery`": DuplicateDelivery(after=AFTER),
    "`permission-removed` for PutRecordBatch": PermissionRemoved(after=AFTER, lasts=LASTS),
}
TABLE = re.compile(r"^\| fault \|.*?\n\n", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def naive(deployed: Deployed) -> Iterator[Deployed]:
    """The pipeline with the counter-example in it."""
    with with_handler(deployed, NAIVE) as changed:
        yield changed


def test_the_naive_handler_works_on_a_calm_day(naive: Deployed) -> None:
    """So its defects are not visible without faults."""
    assert run_faults(naive).broken() == {}


def test_the_readme_says_what_the_naive_handler_breaks(naive: Deployed) -> None:
    """The table has the result of each fault, from a run here."""
    rows = [_row(naive, label, fault) for label, fault in FAULTS.items()]
    table = "\n".join(["| fault | what the naive handler breaks |", "|---|---|", *rows]) + "\n\n"
    found = TABLE.search((PROJECT / "README.md").read_text())
    assert found is not None
    assert found[0] == table, f"put this into the README:\n{table}"


def _row(naive: Deployed, label: str, fault: Fault) -> str:
    broken = run_faults(naive, fault).broken()
    return f"| {label} | {', '.join(sorted(broken)) or 'nothing'} |"


def test_the_page_on_scenarios_breaks_the_naive_handler(naive: Deployed) -> None:
    """Its scenario expects that the walk breaks, and passes because it does."""
    (text,) = blocks("docs/scenarios.md", "toml naive")
    run = run_scenario(naive, parse_scenario("example", text, "docs/scenarios.md"))
    assert run.result.exit_code == ExitCode.VALID, run.broken()


def test_every_fault_of_the_stream_is_in_the_table() -> None:
    """A kind left out would look harmless."""
    of_the_stream = {f.kind for f in SINGLE.values() if not affects_alerting(f)}
    assert {fault.kind for fault in FAULTS.values()} == of_the_stream - {UnconfirmedAddress.kind}
