"""`assess`: the pipelines of many people at once, checked from another account."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from wavetank.aws.target import TargetKind
from wavetank.cli.options import DebugOption, EndpointOption, JsonOption, PrefixOption
from wavetank.cli.output import Output
from wavetank.cli.output.assessment import AssessOutput
from wavetank.cli.targets import ProfileOption, TargetOption, open_target
from wavetank.core.clock import WallClock
from wavetank.core.durations import duration_option
from wavetank.core.errors import ExitCode
from wavetank.core.findings import exit_code
from wavetank.core.naming import DEFAULT_PREFIX
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.inspection.assess.assessor import Assessor, Row
from wavetank.inspection.assess.convention import Subject, subjects_of
from wavetank.inspection.assess.mail import read_alerts
from wavetank.inspection.assess.report import require_writable, write_csv
from wavetank.inspection.assess.reviewer import reviewer_for
from wavetank.inspection.assess.roster import read_roster
from wavetank.inspection.assess.thread_pool import assess_all

LONGEST = timedelta(hours=4)


def assess(
    *,
    people: Annotated[
        Path,
        typer.Argument(
            metavar="LIST.csv",
            help="File with the columns name and surname; optional: bucket, stream ARN, email.",
        ),
    ],
    target: TargetOption = TargetKind.LOCAL,
    profile: ProfileOption = None,
    endpoint: EndpointOption = None,
    prefix: PrefixOption = DEFAULT_PREFIX,
    duration: Annotated[
        str,
        typer.Option(
            "--duration",
            metavar="DURATION",
            help="Period checked, up to now, such as 30m; at most 4h.",
        ),
    ] = "1h",
    mailbox: Annotated[
        Path | None,
        typer.Option(
            "--mailbox",
            metavar="PATH",
            help="Export of the mailbox with the alerts: an mbox file or a folder of .eml files.",
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Also write the results as CSV."),
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Check many people's pipelines from another account.

    In a sandbox this uses the sandbox's second account; on AWS your credentials, whose account must
    own none of the buckets. It reads a limited part of each bucket, and tries to put and delete one
    object.
    """
    output = Output(as_json=as_json)
    if csv is not None:
        require_writable(csv, people)
    minutes = _minutes(duration)
    subjects = subjects_of(read_roster(people), prefix)
    alerts = None if mailbox is None else read_alerts(mailbox)
    clock = WallClock()
    with output.waiting("signing in"):
        reviewer = reviewer_for(open_target(target, endpoint, profile, None))
    shown = AssessOutput(output, subjects, minutes, has_mailbox=alerts is not None)
    rows, stopped = _look(subjects, Assessor(reviewer, clock, minutes, alerts), shown)
    shown.summary(rows)
    if csv is not None:
        write_csv(csv, rows)
        output.say(f"written: {csv}")
    if stopped:
        output.say("stopped; the rows above are done, and the same command checks all again")
        raise typer.Exit(ExitCode.INTERRUPTED)
    raise typer.Exit(exit_code(finding for row in rows for finding in row.findings))


def _minutes(duration: str) -> int:
    """The duration in minutes; a part of a minute counts as one."""
    return -(-duration_option(duration, LONGEST) // timedelta(minutes=1))


def _look(
    subjects: Sequence[Subject], assessor: Assessor, shown: AssessOutput
) -> tuple[list[Row], bool]:
    """The rows in the order of the list, and whether a signal stopped it before all were done."""
    rows: list[Row] = []
    try:
        with (
            stop_on_signal(),
            shown.progress(),
            closing(assess_all(subjects, assessor.assess)) as ready,
        ):
            for row in ready:
                rows.append(row)
                shown.takes(row)
    except Stopped:
        pass
    return sorted(rows, key=lambda row: row.subject.person.line), len(rows) < len(subjects)
