"""Reports written for whoever typed a command, who is told where they are."""

import os
from pathlib import Path

from wavetank.cli.output import Output
from wavetank.core.errors import InfrastructureError
from wavetank.core.private_files import private_folder
from wavetank.reporting.report.index import CampaignIndex
from wavetank.scenario.run_store import SavedRun

INDEX = "index.html"


def write_report(saved: SavedRun, output: Output) -> None:
    """Writes the run's report into its folder, and says where.

    Raises:
        UsageError: the run's files are not as a run is saved.
        InfrastructureError: the disk does not take it.
    """
    from wavetank.reporting.report.builder import report_of_run  # noqa: PLC0415 - only who reports loads it
    from wavetank.reporting.report.rendering import render_report  # noqa: PLC0415 - as above

    file = saved.show(render_report(report_of_run(saved)))
    output.say(f"report: {short(file)}")
    output.emit("report", run=saved.folder.name, file=str(file), finished=saved.is_finished)


def write_index(index: CampaignIndex, folder: Path, output: Output) -> None:
    """Writes a campaign's index into its folder, and says where.

    Raises:
        InfrastructureError: the disk does not take it.
    """
    from wavetank.reporting.report.rendering import render_index  # noqa: PLC0415 - only who reports loads it

    file = folder / INDEX
    try:
        private_folder(folder)
        file.write_text(render_index(index), encoding="utf-8", newline="\n")
    except OSError as error:
        raise InfrastructureError(f"to write {file}", str(error), "check the folder") from error
    output.emit("index", file=str(file))
    if not output.as_json:
        output.say(f"index: {short(file)}")


def short(file: Path) -> str:
    """Relative to where the command was typed, where it is below."""
    here = Path.cwd()
    return os.fspath(file.relative_to(here) if file.is_relative_to(here) else file)
