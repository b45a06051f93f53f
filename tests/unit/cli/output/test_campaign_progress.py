"""What a campaign says when it ends."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.players import expected_result
from wavetank.campaign.cases import CampaignCases, Seeds
from wavetank.campaign.reproduction import Reproductions
from wavetank.campaign.summary import CampaignSummary
from wavetank.cli.output import Output
from wavetank.cli.output.campaign_progress import CampaignOutput
from wavetank.core.clock import WallClock

CHOSEN = CampaignCases(seeds=Seeds(1, 80), horizon=timedelta(hours=1))


@pytest.mark.parametrize("ran", [0, 1])
def test_a_campaign_that_is_stopped_has_a_digest_only_of_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ran: int
) -> None:
    """Before its first result it says that there is none."""
    output = CampaignOutput(Output(as_json=False), Reproductions(CHOSEN, tmp_path, {}), WallClock())
    summary = CampaignSummary(CHOSEN.coverage())
    for _, spec in zip(range(ran), CHOSEN.cases(), strict=False):
        summary.add(expected_result(spec))
    output.summary(summary, "stopped")
    said = capsys.readouterr().out
    assert (said == "stopped before any of 80 runs ended\n") == (ran == 0)
    assert ("1 of 80 runs stopped: 1 " in said) == (ran == 1)
    assert (f"digest {summary.digest[:12]}" in said) == (ran == 1)
