"""`plan`: what a deployment would change and cost, and what blocks it; nothing is changed.

Exit code 0: it can be deployed, whether or not anything would change. 1: preflight found a
blocker, or CloudFormation refuses. 3: a check could not be decided, and unknown never passes; the
findings say which.
"""

import shlex
from typing import Annotated

import typer

from wavetank.aws.target import Target, TargetKind
from wavetank.cli.options import (
    DebugOption,
    DeployedFormatOption,
    DeployedNameOption,
    EmailOption,
    EndpointOption,
    HandlerOption,
    JsonOption,
    PrefixOption,
    ResetOption,
    ScheduleOption,
    StreamCaseOption,
    SurnameOption,
)
from wavetank.cli.output import Output
from wavetank.cli.output.plan import show_preview
from wavetank.cli.revert_offer import offer_pipeline, record_of
from wavetank.cli.targets import (
    AccountOption,
    ProfileOption,
    TargetOption,
    open_target,
    refuse_project,
)
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, exit_code
from wavetank.core.naming import DEFAULT_PREFIX, DEFAULT_STREAM_CASE
from wavetank.core.settings import REGION, read_settings
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.deployment.deployment_choice import DeploymentChoice
from wavetank.deployment.look_ahead import check_blockers, preview_changes
from wavetank.deployment.plan import DeploymentPlan


def plan(
    context: typer.Context,
    *,
    target: TargetOption = TargetKind.LOCAL,
    profile: ProfileOption = None,
    account: AccountOption = None,
    endpoint: EndpointOption = None,
    name: DeployedNameOption = None,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    email: EmailOption = None,
    record_format: DeployedFormatOption = None,
    schedule: ScheduleOption = True,
    handler: HandlerOption = None,
    shipped_handler: Annotated[
        bool, typer.Option("--shipped-handler", help="Deploy this project's handler again.")
    ] = False,
    reset_prices: ResetOption = False,
    tick_milliseconds: Annotated[
        int | None,
        typer.Option(
            "--tick-milliseconds",
            metavar="MS",
            min=1,
            help="Milliseconds of a tick, from Lambda's REPORT lines, for the cost estimate.",
        ),
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Preview a deployment of the ticker: changes, monthly cost, blockers."""
    output = Output(as_json=as_json)
    refuse_project(name, "run ./wavetank deploy, or choose the ticker with --name")
    choice = DeploymentChoice(
        name=name,
        surname=surname,
        prefix=prefix,
        stream_name_case=stream_name_case,
        addresses=tuple(email or ()),
        record_format=record_format,
        schedule_enabled=schedule,
        handler=handler,
        shipped_handler=shipped_handler,
        reset_prices=reset_prices,
    )
    chosen = open_target(target, endpoint, profile, account)
    record = record_of(target, endpoint, output)
    options = choice.options(chosen)
    _name_target(chosen, options, output)
    offer_pipeline(chosen, options.names, record, output)
    findings, planned = _preview(chosen, options, output)
    show_preview(planned, options, tick_milliseconds, output)
    raise typer.Exit(_end(findings, planned, _to_apply(context), output))


def _name_target(target: Target, options: DeploymentOptions, output: Output) -> None:
    names = options.names
    output.say(f"This is {target.description}: pipeline {names.stem} of {names.full_name}")
    output.emit(
        "target",
        kind=target.kind,
        account=target.account,
        region=REGION,
        endpoint=target.endpoint,
        stem=names.stem,
        full_name=names.full_name,
        addresses=options.addresses,
    )


def _preview(
    target: Target, options: DeploymentOptions, output: Output
) -> tuple[list[Finding], DeploymentPlan]:
    """Preflight, then the change sets; Ctrl-C lets the change sets be deleted first."""
    try:
        with stop_on_signal():
            shipped = read_settings().shipped_folder
            findings = check_blockers(target, options, output)
            return findings, preview_changes(target, options, shipped, output)
    except Stopped:
        output.say("stopped; nothing was changed, and the change sets are deleted")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _end(
    findings: list[Finding], planned: DeploymentPlan, to_apply: str, output: Output
) -> ExitCode:
    code = ExitCode.BROKEN if planned.refused else exit_code(findings)
    match code:
        case ExitCode.BROKEN:
            output.say("nothing was changed; it cannot be deployed now: see the fixes")
        case ExitCode.UNKNOWN:
            output.command("nothing was changed; some checks are unknown; to apply", to_apply)
        case _:
            output.command("nothing was changed; to apply", to_apply)
    output.emit(
        "planned", changes_anything=planned.changes_anything, exit_code=code, to_apply=to_apply
    )
    return code


def _to_apply(context: typer.Context) -> str:
    """The `deploy` command for this plan: the same options, without those of `plan` alone."""
    words = ["./wavetank", "deploy"]
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if (
            parameter.name in {"as_json", "debug", "tick_milliseconds"}
            or value == parameter.default
        ):
            continue
        words += _words(parameter.opts[0], parameter.secondary_opts, value)
    return shlex.join(words)


def _words(option: str, negation: list[str], value: object) -> list[str]:
    match value:
        case True:
            return [option]
        case False:
            return negation[:1]
        case None:
            return []
        case list() | tuple():
            return [word for entry in value for word in (option, str(entry))]
        case _:
            return [option, str(value)]
