"""Drills in tests: with quick retries, and seen in the sandbox's mailbox."""

from pathlib import Path

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.core.naming import Names
from wavetank.faults.change_journal import Journal
from wavetank.inspection.alert_lookup import FindAlert, alert_in_mailbox
from wavetank.live.changed_target import ChangedTarget
from wavetank.live.drill.function_drill import DrillSite


def drill_site(
    aws: AwsClients,
    names: Names,
    endpoint: str,
    state: Path,
    find_alert: FindAlert | None = None,
    account: str = "",
) -> DrillSite:
    """Where a test drills; it may look for the alert elsewhere."""
    target = f"aws-{account}" if account else endpoint or "sandbox"
    return DrillSite(
        target=ChangedTarget(
            aws=aws,
            names=names,
            clock=WallClock(),
            journal=Journal(state, target, names.stem),
            endpoint=None if account else endpoint,
        ),
        find_alert=find_alert or alert_in_mailbox(endpoint),
        retry_base_delay_seconds=1,
        margin_seconds=60.0,
    )
