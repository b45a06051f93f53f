"""Drills in tests: with quick retries, and seen in the sandbox's mailbox."""

from pathlib import Path

from wavetank.clients import AwsClients
from wavetank.clock import WallClock
from wavetank.drill.alert import FindAlert, alert_in_mailbox
from wavetank.drill.pipeline_drill import DrillSite
from wavetank.drill.record import DrillFolder
from wavetank.naming import Names
from wavetank.settings import SANDBOX_ACCOUNT


def drill_site(
    aws: AwsClients,
    names: Names,
    endpoint: str,
    state: Path,
    find_alert: FindAlert | None = None,
    account: str = SANDBOX_ACCOUNT,
) -> DrillSite:
    """Where a test drills; it may look for the alert elsewhere."""
    return DrillSite(
        aws=aws,
        names=names,
        clock=WallClock(),
        folder=DrillFolder(state, account, names.stem),
        find_alert=find_alert or alert_in_mailbox(endpoint),
        retry_base_delay_seconds=1,
        margin_seconds=60.0,
    )
