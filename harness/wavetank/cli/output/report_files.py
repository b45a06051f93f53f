"""Reports and indexes: written, and their paths shown."""

from pathlib import Path

from wavetank.cli.output.console_output import Output
from wavetank.core.text import short_path
from wavetank.reporting.report.index import CampaignIndex
from wavetank.scenario.run_store import SavedRun


def write_report(saved: SavedRun, output: Output) -> None:
    """Writes the run's report into its folder, and shows its path.

    Raises:
        UsageError: the run's files do not have the format of a saved run.
        InfrastructureError: the disk does not take it.
    """
    # Jinja is loaded by commands that write a report, once they do.
    from wavetank.reporting.report.files import write_run_report  # noqa: PLC0415 - see above

    file = write_run_report(saved)
    output.say(f"report: {short_path(file)}")
    output.emit("report", run=saved.folder.name, file=str(file), finished=saved.is_finished)


def write_index(index: CampaignIndex, folder: Path, output: Output) -> None:
    """Writes a campaign's index into its folder, and shows its path.

    Raises:
        InfrastructureError: the disk does not take it.
    """
    from wavetank.reporting.report.files import write_campaign_index  # noqa: PLC0415 - as above

    file = write_campaign_index(index, folder)
    output.emit("index", file=str(file))
    if not output.as_json:
        output.say(f"index: {short_path(file)}")
