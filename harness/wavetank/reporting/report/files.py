"""Reports and indexes written to their files."""

from pathlib import Path

from wavetank.core.private_files import not_writable, private_folder
from wavetank.reporting.report.builder import report_of_run
from wavetank.reporting.report.index import CampaignIndex
from wavetank.reporting.report.rendering import render_index, render_report
from wavetank.scenario.run_store import SavedRun

INDEX = "index.html"


def write_run_report(saved: SavedRun) -> Path:
    """Writes the run's report into its folder; returns the file.

    Raises:
        UsageError: the run's files do not have the format of a saved run.
        InfrastructureError: the file cannot be written.
    """
    return saved.show(render_report(report_of_run(saved)))


def write_campaign_index(index: CampaignIndex, folder: Path) -> Path:
    """Writes a campaign's index into its folder; returns the file.

    Raises:
        InfrastructureError: the file cannot be written.
    """
    file = folder / INDEX
    try:
        private_folder(folder)
        file.write_text(render_index(index), encoding="utf-8", newline="\n")
    except OSError as error:
        raise not_writable(file, error) from error
    return file
