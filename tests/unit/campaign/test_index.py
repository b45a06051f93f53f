"""The index of a campaign as values."""

from datetime import timedelta
from pathlib import Path

from tests.players import expected_result
from wavetank.campaign.cases import CampaignCases, Seeds
from wavetank.campaign.index import campaign_index
from wavetank.campaign.reproduction import Reproductions
from wavetank.campaign.summary import CampaignSummary

CHOSEN = CampaignCases(seeds=Seeds(1, 80), horizon=timedelta(hours=1))


def test_an_index_links_only_reports_that_exist(tmp_path: Path) -> None:
    """The link is relative to the index; every failing case has the command that runs it."""
    summary = CampaignSummary(CHOSEN.coverage())
    for spec in CHOSEN.cases():
        summary.add(expected_result(spec))
    first, *others = summary.failures
    runs = tmp_path / "runs"
    report = runs / f"seed-{first.spec.seed}-{first.spec.seed}" / "report.html"
    report.parent.mkdir(parents=True)
    report.touch()
    reproductions = Reproductions(CHOSEN, tmp_path / "campaigns" / "one", {})
    index = campaign_index(summary, "finished", reproductions, runs)
    assert others
    assert [bool(entry.report) for entry in index.cases] == [True] + [False] * len(others)
    assert (reproductions.folder / index.cases[0].report).resolve() == report
    assert [f"--seed {entry.seed}" in entry.command for entry in index.cases] == [True] * (
        len(others) + 1
    )
    counts = [count.broken for count in index.invariants]
    assert counts == sorted(counts, reverse=True)
