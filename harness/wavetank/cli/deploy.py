"""`deploy`: the templates and handlers of this folder onto a sandbox, or onto AWS."""

from pathlib import Path
from typing import Annotated

import typer

from wavetank.aws.clients import AwsClients
from wavetank.aws.target import Target, TargetKind
from wavetank.cli.addresses import show_unconfirmed
from wavetank.cli.options import (
    DEFAULT_ADDRESS,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
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
    person_of,
)
from wavetank.cli.output import Output
from wavetank.cli.promotion import Consent, promote
from wavetank.cli.recovery import offer_pipeline, record_of
from wavetank.cli.running import attach, running_record
from wavetank.cli.targets import (
    AccountOption,
    ProfileOption,
    TargetOption,
    YesOption,
    open_target,
)
from wavetank.core.clock import WallClock, minute_before
from wavetank.core.errors import UsageError
from wavetank.core.naming import StreamNameCase, derive_names
from wavetank.deployment.aws_errors import plain_trouble
from wavetank.deployment.custom_handler import OwnHandler, read_own_handler
from wavetank.deployment.deployed import DeployedPipeline, deployed_pipelines, the_pipeline
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.templates.project_templates import check_address


def deploy(
    *,
    target: TargetOption = TargetKind.LOCAL,
    profile: ProfileOption = None,
    account: AccountOption = None,
    endpoint: EndpointOption = None,
    name: DeployedNameOption = None,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_NAME_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    email: EmailOption = None,
    record_format: DeployedFormatOption = None,
    schedule: ScheduleOption = True,
    handler: HandlerOption = None,
    shipped_handler: Annotated[
        bool,
        typer.Option(
            "--shipped-handler",
            help="Deploy this project's handler again. Default: keep the deployed one.",
        ),
    ] = False,
    reset_prices: ResetOption = False,
    yes: YesOption = False,
    untested: Annotated[
        str | None,
        typer.Option(
            "--untested",
            metavar="REASON",
            help="With --target aws: deploy bytes that no run has passed; the reason is recorded.",
        ),
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Deploy the handlers and templates to the running sandbox, or to AWS with --target aws."""
    output = Output(as_json=as_json)
    _check_consent(target, untested)
    chosen = open_target(target, endpoint, profile, account)
    record = record_of(target, endpoint, output)
    with plain_trouble():
        pipeline = chosen_pipeline(chosen, name, surname, prefix, stream_name_case)
        own = own_handler_of(chosen.aws, pipeline, handler, shipped=shipped_handler)
        options = DeploymentOptions(
            names=pipeline.names,
            addresses=_require_addresses(addresses_of(chosen, pipeline, email)),
            schedule_enabled=schedule,
            record_format=record_format or pipeline.record_format,
            handler=own,
            reset_prices=reset_prices,
            since=minute_before(WallClock().now()),
        )
    offer_pipeline(chosen, pipeline.names, record, output, yes=yes)
    if chosen.kind is TargetKind.AWS:
        promote(chosen, options, Consent(yes=yes, untested=untested), output)
    else:
        _to_sandbox(chosen, options, _shown(own, handler), output)


def _to_sandbox(target: Target, options: DeploymentOptions, handler: str, output: Output) -> None:
    record = running_record(target.endpoint)
    own = options.handler is not None
    with output.waiting("deploying"):
        sandbox = attach(record, options.names, options.addresses, own_handler=own)
        done = sandbox.deployer().deploy(options)
    changed = ", ".join(done.changed_stacks) or "nothing"
    prices = "reset" if options.reset_prices else "kept"
    output.say(f"changed: {changed}; prices: {prices}; handler: {handler}")
    show_unconfirmed(sandbox, output)
    output.emit("deployed", changed=done.changed_stacks, prices_reset=options.reset_prices)


def _check_consent(kind: TargetKind, untested: str | None) -> None:
    """Raises a UsageError where --untested says nothing."""
    if untested is None:
        return
    if kind is TargetKind.LOCAL:
        raise UsageError("--untested with --target aws", "--target local", "leave it out")
    if not untested.strip():
        raise UsageError("a reason after --untested", "none", "say why these bytes go untested")


def chosen_pipeline(
    target: Target, name: str | None, surname: str | None, prefix: str, case: StreamNameCase
) -> DeployedPipeline:
    """The one that is meant; on AWS it has to be said, as much else may be in an account."""
    if name is not None:
        return pipeline_of(target.aws, name, surname, prefix, case)
    if target.kind is TargetKind.AWS:
        raise UsageError("--name with --target aws", "none", "say whose pipeline it is")
    return the_pipeline(target.aws)


def addresses_of(
    target: Target, pipeline: DeployedPipeline, email: list[str] | None
) -> tuple[str, ...]:
    """Those that are given, or were; on AWS never the sandbox's default, so there may be none.

    Raises:
        UsageError: one is no address.
    """
    addresses = email or list(pipeline.addresses)
    if not email and target.kind is TargetKind.AWS:
        stack = pipeline.names.pipeline_stack
        found = [p for p in deployed_pipelines(target.aws) if p.names.pipeline_stack == stack]
        addresses = [address for same in found for address in same.addresses]
    return tuple(check_address(address) for address in addresses)


def _require_addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses.

    Raises:
        UsageError: there are none.
    """
    if not addresses:
        expected = "--email ADDRESS with --target aws"
        raise UsageError(expected, "none", "name who gets alerts, once for each address")
    return addresses


def pipeline_of(
    aws: AwsClients, name: str, surname: str | None, prefix: str, case: StreamNameCase
) -> DeployedPipeline:
    """The one that the options name, with the handler that is deployed in it."""
    first_name, last_name = person_of(name, surname)
    names = derive_names(first_name, last_name, prefix=prefix, stream_name_case=case)
    same = [p for p in deployed_pipelines(aws) if p.names.pipeline_stack == names.pipeline_stack]
    return DeployedPipeline(
        names=names,
        addresses=(DEFAULT_ADDRESS,),
        record_format="ndjson",
        schedule_enabled=True,
        handler=same[0].handler if same else None,
    )


def own_handler_of(
    aws: AwsClients, pipeline: DeployedPipeline, path: Path | None, *, shipped: bool
) -> OwnHandler | None:
    """The given one, or the one that is deployed; None where this project's is to run.

    Raises:
        UsageError: both are asked for, or the script cannot be deployed under these names.
    """
    if path is not None and shipped:
        raise UsageError("--handler or --shipped-handler", "both", "leave one out")
    if path is not None:
        return read_own_handler(path, pipeline.names)
    if pipeline.handler is None or shipped:
        return None
    return pipeline.handler.read(aws, pipeline.names)


def _shown(own: OwnHandler | None, given: Path | None) -> str:
    if own is None:
        return "this project's"
    return str(given) if given else "the script that was deployed before"
