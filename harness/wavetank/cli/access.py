"""`access`: who can do what with the bucket, and which rights the roles do not use."""

from dataclasses import asdict

import typer
from rich.table import Table
from rich.text import Text

from wavetank.aws.sandbox_api import SandboxControls
from wavetank.cli.options import DebugOption, EndpointOption, JsonOption, PipelineNameOption
from wavetank.cli.output import Output
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.iam_report import RoleReport
from wavetank.core.text import pluralize
from wavetank.inspection.access.bucket_access import EXPECTED, AccessMatrix, Actor, Verb
from wavetank.live.pipeline_selection import selected_pipeline
from wavetank.live.running_sandbox import RunningSandbox


def access(
    *,
    name: PipelineNameOption = None,
    endpoint: EndpointOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """List what each role has used and not used; of the ticker, also who can read the bucket.

    Who may read and write a bucket is a requirement of the ticker's alone.
    """
    output = Output(as_json=as_json)
    sandbox = selected_pipeline(endpoint, name)
    if SandboxControls(sandbox.record.endpoint).access_uses() is None:
        action = "start one without --no-access"
        raise UsageError("a sandbox that enforces policies", "one that does not", action)
    with output.waiting("trying"):
        matrix = sandbox.access_matrix() if isinstance(sandbox, RunningSandbox) else None
        reports = sandbox.role_reports()
    if matrix is not None:
        _show_matrix(matrix, output)
    for report in reports:
        _show_role(report, output)
    differs = matrix is not None and any(matrix.deviations())
    raise typer.Exit(ExitCode.BROKEN if differs else ExitCode.VALID)


def _show_matrix(matrix: AccessMatrix, output: Output) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for verb in Verb:
        table.add_column(verb)
    for actor, allowed in matrix.allowed.items():
        cells = [
            Text("yes" if verb in allowed else "no", style=_style(verb, actor, matrix))
            for verb in Verb
        ]
        table.add_row(actor, *cells)
        output.emit("access", actor=actor, allowed=[verb for verb in Verb if verb in allowed])
    output.show(table)
    for deviation in matrix.deviations():
        output.say(f"differs from the assignment: {deviation}")


def _style(verb: Verb, actor: Actor, matrix: AccessMatrix) -> str:
    right = (verb in matrix.allowed[actor]) == (verb in EXPECTED[actor])
    return "" if right else "bold red"


def _show_role(report: RoleReport, output: Output) -> None:
    output.emit("role", **asdict(report))
    output.say(f"\n{report.role}")
    for use in report.used:
        output.say(f"  used     {use.action} on {use.resource}, {pluralize(use.count, 'time')}")
    for grant in report.unused:
        output.say(f"  unused   {grant.action} on {grant.resource}")
    for use in report.denied:
        output.say(f"  denied   {use.action} on {use.resource}, {pluralize(use.count, 'time')}")
