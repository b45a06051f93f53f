"""`check`: checks a deployed pipeline, the ticker's against the assignment's requirements."""

from collections.abc import Iterable
from typing import Annotated

import typer

from wavetank.aws.target import TargetKind
from wavetank.cli.options import (
    DebugOption,
    EndpointOption,
    HandlerOption,
    JsonOption,
    PrefixOption,
    StreamCaseOption,
    SurnameOption,
)
from wavetank.cli.output import Output
from wavetank.cli.output.drill_result import show_drill
from wavetank.cli.revert_offer import (
    offer_pipeline,
    offer_running,
    record_of,
    show_in_progress,
)
from wavetank.cli.targets import AccountOption, ProfileOption, TargetOption, open_target
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.findings import Finding, exit_code
from wavetank.core.naming import DEFAULT_NAME, DEFAULT_PREFIX, DEFAULT_STREAM_CASE, person_of
from wavetank.core.settings import read_settings
from wavetank.deployment.deployed import find_pipeline
from wavetank.inspection.requirements import check_requirements
from wavetank.inspection.requirements.freshness import WAITING, has_recent_tick, wait_until_fresh
from wavetank.live.change_targets import host_target
from wavetank.live.check_custom_handler import CustomHandlerCheck, plan_check
from wavetank.live.live_pipeline import LivePipeline, live_pipeline, sandbox_site
from wavetank.live.pipeline_selection import selected_pipeline
from wavetank.live.sandbox_pipeline import SandboxPipeline


def check(
    *,
    target: TargetOption = TargetKind.LOCAL,
    endpoint: EndpointOption = None,
    profile: ProfileOption = None,
    account: AccountOption = None,
    reader_profile: Annotated[
        str | None,
        typer.Option(
            "--reader-profile",
            metavar="PROFILE",
            help="With --target aws: profile of another account, to test access to the bucket.",
        ),
    ] = None,
    handler: HandlerOption = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="The pipeline, if several are deployed: its stack, or the ticker's owner; with "
            "--handler: the owner named in the script's resource names.",
        ),
    ] = None,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Check a deployed pipeline, with evidence for each finding.

    Of the ticker's these are the assignment's requirements; of any other what every pipeline needs:
    its stack, triggers, roles, invocations, dead-letter queues, alarms, subscriptions and streams.
    Offers to revert what a killed drill or run left changed. With --handler the script is checked
    in a temporary sandbox; a running one is not changed.
    """
    output = Output(as_json=as_json)
    if handler is not None:
        _require_own_sandbox(target, endpoint)
        person = person_of(name or DEFAULT_NAME, surname)
        custom = CustomHandlerCheck(
            output,
            drill=lambda sandbox: show_drill(sandbox_site(sandbox), output),
            check=lambda sandbox: check_running(sandbox, output),
        )
        raise typer.Exit(custom.run(plan_check(handler, person, prefix, stream_name_case)))
    _no_surname(surname)
    state = read_settings().state_folder
    if target is TargetKind.AWS:
        place = open_target(target, endpoint, profile, account)
        live = live_pipeline(place, find_pipeline(place.aws, name), state)
        offer_pipeline(place, live.pipeline.names, None, output)
        show_in_progress([live.site().target], output)
        raise typer.Exit(check_on_aws(live, reader_profile, output))
    _only_on_aws(profile, account, reader_profile)
    record_of(target, endpoint, output)
    running = selected_pipeline(endpoint, name)
    offer_running(running, output)
    show_in_progress([host_target(running.record), running.target()], output)
    raise typer.Exit(check_running(running, output))


def check_running(running: SandboxPipeline, output: Output) -> ExitCode:
    """Check the pipeline of a sandbox, and show the findings."""
    running.wait_until_checkable(output)
    return _show(running.findings(), output)


def check_on_aws(live: LivePipeline, reader_profile: str | None, output: Output) -> ExitCode:
    """Check a pipeline on AWS, and show the findings.

    Raises:
        UsageError: the reader's profile is of the pipeline's own account.
    """
    checked, is_custom = live.checked(reader_profile), live.pipeline.handler is not None
    with output.waiting(WAITING):
        wait_until_fresh(
            checked.aws,
            checked.names,
            checked.clock,
            lambda: not is_custom and has_recent_tick(checked.aws, checked.names, checked.clock),
        )
    return _show(check_requirements(checked), output)


def _show(found_one_by_one: Iterable[Finding], output: Output) -> ExitCode:
    findings = []
    with output.waiting("checking") as activity:
        for found in found_one_by_one:
            activity.update(f"checked: {found.requirement}")
            findings.append(found)
    output.findings(findings)
    return exit_code(findings)


def _require_own_sandbox(target: TargetKind, endpoint: str | None) -> None:
    other = "--endpoint" if endpoint is not None else "--target aws"
    if endpoint is not None or target is TargetKind.AWS:
        raise UsageError(
            f"--handler or {other}",
            "both",
            f"leave {other} out: a script is checked in a temporary sandbox",
        )


def _no_surname(surname: str | None) -> None:
    if surname is not None:
        raise UsageError(
            "--handler FILE.py beside --surname", "none", "give the whole name with --name"
        )


def _only_on_aws(*options: str | None) -> None:
    if any(option is not None for option in options):
        raise UsageError(
            "--target aws beside --profile, --account and --reader-profile",
            "--target local",
            "leave them out: a sandbox tries the bucket as other accounts by itself",
        )
