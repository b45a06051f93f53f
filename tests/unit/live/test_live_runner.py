"""Checks that come before a live run changes anything on its pipeline."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from botocore.stub import Stubber

from tests.pipeline import NOON
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.target import Target, TargetKind
from wavetank.core.clock import WallClock, rfc3339
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.core.naming import derive_names
from wavetank.faults.change_journal import Journal
from wavetank.live.deployed_target import DeployedTarget
from wavetank.live.live_runner import LiveScenario, run_live
from wavetank.scenario.loader import load_scenario

ENDPOINT = "http://127.0.0.1:1"
NAMES = derive_names("Dora", "Explorer")
SCENARIOS = Path(__file__).parents[3] / "scenarios"
TICKS = 6
"""A scenario of `broken-deployment` on a live engine."""


class _Noon(WallClock):
    """A clock that always shows noon."""

    def now(self) -> datetime:
        return NOON


@contextmanager
def _table_at(tick: datetime) -> Iterator[AwsClients]:
    """Clients whose table can be read once; any other request is an error."""
    aws = sandbox_clients(ENDPOINT)
    item = {
        "TickerName": {"S": "SP500"},
        "Price": {"N": "100"},
        "Tick": {"S": rfc3339(tick)},
    }
    with ExitStack() as stack:
        table = stack.enter_context(Stubber(aws.dynamodb))
        table.add_response("scan", {"Items": [item]})
        for client in (aws.awslambda, aws.events, aws.s3, aws.sns):
            stack.enter_context(Stubber(client))
        yield aws
        table.assert_no_pending_responses()


def _place(aws: AwsClients, state: Path) -> DeployedTarget:
    target = Target(
        kind=TargetKind.LOCAL,
        aws=aws,
        account="000000000000",
        endpoint=ENDPOINT,
        profile=None,
        pace_seconds=0.0,
    )
    return DeployedTarget(
        engine=EngineName.EMBEDDED,
        target=target,
        names=NAMES,
        clock=_Noon(),
        journal=Journal(state, "embedded", NAMES.stem),
        retry_base_delay_seconds=1,
    )


def test_a_table_too_far_ahead_is_refused_before_anything_is_changed(tmp_path: Path) -> None:
    """As after several runs in a row; the message says from when on another run is possible."""
    run = LiveScenario(scenario=load_scenario("broken-deployment", SCENARIOS), seed=1, options={})
    ahead = timedelta(minutes=25)
    again = rfc3339(NOON + ahead + timedelta(minutes=TICKS) - timedelta(minutes=30))
    with _table_at(NOON + ahead) as aws:
        deployed = _place(aws, tmp_path)
        with pytest.raises(UsageError, match=f"run it again at {again} or later"):
            run_live(deployed, run, lambda _: None, lambda _: None)
    assert deployed.journal.changes() == ()
