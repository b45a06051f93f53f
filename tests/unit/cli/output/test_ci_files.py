"""The results of a campaign reach the file of JUnit XML, and GitHub's job."""

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.players import expected_result
from wavetank.campaign.cases import CampaignCases, Seeds
from wavetank.campaign.reproduction import Reproductions
from wavetank.campaign.summary import CampaignSummary
from wavetank.cli.output import Output
from wavetank.cli.output.ci_files import CiCampaignOutput, write_ci_results
from wavetank.core.clock import HostClock
from wavetank.core.errors import InfrastructureError
from wavetank.reporting.ci_results import CiCase, CiOutcome

CHOSEN = CampaignCases(seeds=Seeds(1, 40), horizon=timedelta(hours=1))
FAILED = CiCase(name="seed 3", outcome=CiOutcome.FAILURE, message="broken: x", command="again")


def test_a_campaign_has_a_test_case_for_each_seed(tmp_path: Path) -> None:
    """In the order of the seeds, whichever ended first; each failure has the command for it."""
    reproductions = Reproductions(CHOSEN, tmp_path / "cases", {})
    junit = tmp_path / "new" / "junit.xml"
    output = CiCampaignOutput(Output(as_json=True), reproductions, HostClock(), junit)
    summary = CampaignSummary(CHOSEN.coverage())
    results = [expected_result(spec) for spec in CHOSEN.cases()]
    with output.progress(summary):
        for result in reversed(results):
            summary.add(result)
            output.takes(result, summary)
    output.summary(summary, "finished")
    cases = ET.fromstring(junit.read_bytes()).findall(".//testcase")  # noqa: S314 - our own
    assert [case.get("name") for case in cases] == [f"seed {seed}" for seed in CHOSEN.seeds]
    broken = [result.spec.seed for result in results if result.broken]
    assert broken
    for seed in broken:
        (failure,) = cases[seed - 1]
        assert failure.tag == "failure"
        assert f"--seed {seed}" in (failure.text or "")
        assert "[[fault]]" in (failure.text or "")
    assert sum(len(case) for case in cases) == len(broken)


def test_githubs_job_gets_errors_and_a_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary is appended to what other commands of the step wrote."""
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    write_ci_results("campaign", [FAILED], None, Output(as_json=False))
    line = "::error title=campaign%3A seed 3%3A broken%3A x::run it again: again\n"
    assert capsys.readouterr().out == line
    assert file.read_text().startswith("before\n### wavetank campaign: 1 of 1 case failed\n")


def test_elsewhere_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other CI systems would print it as it stands."""
    monkeypatch.setenv("GITHUB_ACTIONS", "")
    write_ci_results("campaign", [FAILED], None, Output(as_json=False))
    assert capsys.readouterr().out == ""


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """It names the file."""
    (tmp_path / "file").touch()
    junit = tmp_path / "file" / "junit.xml"
    with pytest.raises(InfrastructureError, match=f"to write {junit}"):
        write_ci_results("campaign", [], junit, Output(as_json=True))
