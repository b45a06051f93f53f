"""`assess`: many people's pipelines at once, as a reviewer in another account sees them."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from wavetank.aws.clients import AwsClients, anonymous_clients, sandbox_clients, shared_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import Target, TargetKind
from wavetank.cli.assess_output import AssessOutput
from wavetank.cli.options import (
    DEFAULT_NAME_PREFIX,
    DebugOption,
    EndpointOption,
    JsonOption,
    PrefixOption,
    duration_of,
)
from wavetank.cli.output import Output
from wavetank.cli.session import Stopped, stop_on_signal
from wavetank.cli.targets import ProfileOption, TargetOption, open_target
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.findings import exit_code
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT
from wavetank.inspection.assess.access import Reviewer, own_buckets
from wavetank.inspection.assess.assessor import Assessor, Row
from wavetank.inspection.assess.convention import Subject, subjects_of
from wavetank.inspection.assess.mail import read_alerts
from wavetank.inspection.assess.report import write_csv
from wavetank.inspection.assess.roster import read_people
from wavetank.inspection.assess.thread_pool import THREADS, assess_all

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
    prefix: PrefixOption = DEFAULT_NAME_PREFIX,
    duration: Annotated[
        str,
        typer.Option(
            "--duration",
            metavar="DURATION",
            help="How far back each minute must have records, such as 30m; at most 4h.",
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
    _check_csv(csv, people)
    minutes = _minutes(duration)
    subjects = subjects_of(read_people(people), prefix)
    alerts = None if mailbox is None else read_alerts(mailbox)
    clock = WallClock()
    with output.waiting("signing in"):
        reviewer = _reviewer(open_target(target, endpoint, profile, None))
    shown = AssessOutput(output, subjects, minutes, has_mailbox=alerts is not None)
    rows, stopped = _look(subjects, Assessor(reviewer, clock, minutes, alerts), shown)
    shown.summary(rows)
    if csv is not None:
        write_csv(csv, rows)
        output.say(f"written: {csv}")
    if stopped:
        output.say("stopped; what was done is above, and the same command looks at all again")
        raise typer.Exit(ExitCode.INTERRUPTED)
    raise typer.Exit(exit_code(finding for row in rows for finding in row.findings))


def _minutes(duration: str) -> int:
    """The duration in minutes; a part of a minute counts as one."""
    return -(-duration_of(duration, LONGEST) // timedelta(minutes=1))


def _check_csv(csv: Path | None, people: Path) -> None:
    """Said now, not once hundreds have been looked at."""
    if csv is None:
        return
    if csv.absolute() == people.absolute():
        raise UsageError("--csv beside the list", f"the list itself, {csv}", "name another file")
    if csv.is_dir() or not csv.absolute().parent.is_dir():
        raise UsageError("a file in a folder that exists", str(csv), "correct --csv")


def _reviewer(target: Target) -> Reviewer:
    """Who looks; the clients are made here, once, before threads share them.

    Raises:
        UsageError: the sandbox enforces no policies, so that looking would prove nothing.
    """
    aws = target.aws
    if target.endpoint is not None:
        if SandboxControls(target.endpoint).access_uses() is None:
            action = "start one without --no-access"
            raise UsageError("a sandbox that enforces policies", "one that does not", action)
        aws = sandbox_clients(target.endpoint, SANDBOX_OTHER_ACCOUNT)
    signed, unsigned = (_warm(shared_clients(a, THREADS)) for a in (aws, anonymous_clients(aws)))
    return Reviewer(signed, unsigned, own_buckets(signed))


def _warm(aws: AwsClients) -> AwsClients:
    """The SDK makes no two clients at a time, and uses one on many threads."""
    _ = aws.s3
    return aws


def _look(
    subjects: Sequence[Subject], assessor: Assessor, shown: AssessOutput
) -> tuple[list[Row], bool]:
    """The rows in the order of the list, and whether somebody stopped it before all were there."""
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
