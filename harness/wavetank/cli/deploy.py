"""`deploy`: the templates and handlers of this project, onto a sandbox or onto AWS."""

from pathlib import Path
from typing import Annotated

import typer

from wavetank.aws.clients import sandbox_clients
from wavetank.aws.target import Target, TargetKind
from wavetank.cli.options import (
    CodeOption,
    DebugOption,
    DeployedFormatOption,
    DeployedNameOption,
    EmailOption,
    EndpointOption,
    HandlerOption,
    JsonOption,
    OverridesOption,
    PrefixOption,
    ResetOption,
    ScheduleOption,
    StorageOption,
    StreamCaseOption,
    SurnameOption,
    TemplateOption,
)
from wavetank.cli.output import Output
from wavetank.cli.output.plan import show_preview
from wavetank.cli.revert_offer import offer_host, offer_pipeline, record_of
from wavetank.cli.targets import (
    AccountOption,
    ProfileOption,
    TargetOption,
    YesOption,
    confirm,
    open_target,
)
from wavetank.configuration.project import project_configuration
from wavetank.core.clock import WallClock, minute_before
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.findings import exit_code
from wavetank.core.naming import DEFAULT_NAME, DEFAULT_PREFIX, DEFAULT_STREAM_CASE
from wavetank.core.settings import current_project, read_settings
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.deployment.aws_errors import translate_aws_errors
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.deployment.deployment_choice import DeploymentChoice
from wavetank.deployment.pipelines.sandbox_deployment import SandboxDeployment
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.deployment.promotion import Promotion
from wavetank.live.confirmed_addresses import show_unconfirmed
from wavetank.live.deploy_watch import TemplatesWatch, WatchedDeployment, watch_files
from wavetank.live.pipeline_selection import pipeline_in
from wavetank.live.running_sandbox import attach
from wavetank.live.sandbox_records import running_record
from wavetank.live.ticker_code import correct_code
from wavetank.live.ticker_watch import TickerWatch

ShippedHandlerOption = Annotated[
    bool,
    typer.Option(
        "--shipped-handler",
        help="Deploy this project's handler again. Default: keep the deployed one.",
    ),
]
WatchOption = Annotated[
    bool,
    typer.Option("--watch", help="Deploy again after each change of a file, until Ctrl-C."),
]
UntestedOption = Annotated[
    str | None,
    typer.Option(
        "--untested",
        metavar="REASON",
        help="With --target aws: deploy bytes that no run has passed; the reason is recorded.",
    ),
]


def deploy(
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
    shipped_handler: ShippedHandlerOption = False,
    reset_prices: ResetOption = False,
    storage: StorageOption = None,
    template: TemplateOption = None,
    code: CodeOption = None,
    overrides: OverridesOption = None,
    watch: WatchOption = False,
    yes: YesOption = False,
    untested: UntestedOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Deploy the handlers and templates to the running sandbox, or to AWS with --target aws.

    Deploys the pipeline of --template; without it, that of the project's wavetank.toml; without
    either, the ticker. With --watch a change of a handler is deployed in a second, and keeps all
    data; a change of a template updates the stack.
    """
    output = Output(as_json=as_json)
    _check_reason(target, untested)
    given = PipelineChoice(
        name=name or DEFAULT_NAME,
        surname=surname,
        prefix=prefix,
        stream_name_case=stream_name_case,
        record_format=record_format or "ndjson",
        handler=handler,
        storage=storage,
        template=template,
        code=code,
        overrides=overrides,
    )
    if given.in_project(project_configuration()).template is not None:
        _require_sandbox(target)
        _templates_to_sandbox(given, tuple(email or ()), endpoint, output, watch=watch)
        return
    given.refuse_of_templates()
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
    _ticker(choice, chosen, output, endpoint=endpoint, yes=yes, untested=untested, watch=watch)


def _ticker(
    choice: DeploymentChoice,
    chosen: Target,
    output: Output,
    *,
    endpoint: str | None,
    yes: bool,
    untested: str | None,
    watch: bool,
) -> None:
    record = record_of(chosen.kind, endpoint, output)
    with translate_aws_errors():
        options = choice.options(chosen, minute_before(WallClock().now()))
        _require_addresses(options)
    offer_pipeline(chosen, options.names, record, output, yes=yes)
    if watch:
        _require_sandbox(chosen.kind)
        shipped = read_settings().shipped_folder
        _watch(TickerWatch(choice, chosen, shipped, choice.handler), output)
    elif chosen.kind is TargetKind.AWS:
        raise typer.Exit(_to_aws(chosen, options, output, yes=yes, untested=untested))
    else:
        _to_sandbox(chosen, options, _handler_name(options, choice.handler), output)


def _templates_to_sandbox(
    given: PipelineChoice,
    addresses: tuple[str, ...],
    endpoint: str | None,
    output: Output,
    *,
    watch: bool,
) -> None:
    def read() -> TemplatesPipeline:
        choice = given.in_project(project_configuration())
        choice.refuse_of_ticker(addresses)
        pipeline = choice.unchecked_templates()
        if pipeline is None:  # wavetank.toml was deleted while it is watched
            raise UsageError("a template", "none", "give --template, or write wavetank.toml")
        return pipeline

    record = running_record(endpoint)
    offer_host(record, output)
    aws, clock = sandbox_clients(record.endpoint), WallClock()
    if watch:
        configuration = current_project().configuration
        others = () if configuration is None else (configuration,)
        _watch(TemplatesWatch(read, aws, clock, others), output)
        return
    pipeline = read()
    with output.waiting(f"deploying {pipeline.name}"):
        changes = SandboxDeployment(pipeline, aws, clock).deploy()
    output.say(f"changed: {changes.text()}")
    for note in changes.notes():
        output.say(note)
    show_unconfirmed(pipeline_in(record, pipeline.name), output)
    output.emit("deployed", stack=pipeline.name, **changes.as_dict())


def _watch(files: WatchedDeployment, output: Output) -> None:
    try:
        with stop_on_signal():
            watch_files(files, WallClock(), output)
    except Stopped:
        output.say("stopped watching")
        output.emit("stopped")


def _require_sandbox(target: TargetKind) -> None:
    """Refuse AWS for what is for sandboxes only.

    Raises:
        UsageError: the target is AWS.
    """
    if target is TargetKind.AWS:
        action = "deploy your own templates to AWS with their own tool: sam, cdk or aws"
        raise UsageError("--target local with --watch or your own templates", "aws", action)


def _to_aws(
    target: Target, options: DeploymentOptions, output: Output, *, yes: bool, untested: str | None
) -> ExitCode:
    promotion = Promotion(
        target=target,
        options=options,
        shipped_folder=read_settings().shipped_folder,
        untested=untested,
        reporter=output,
        confirm=lambda word, question: confirm(target, word, question, output, yes=yes),
        show_plan=lambda planned: show_preview(planned, options, None, output),
    )
    try:
        with translate_aws_errors():
            return exit_code(promotion.run())
    except KeyboardInterrupt:
        output.say(
            "stopped; CloudFormation completes what it has begun. Run the same command again to "
            "continue."
        )
        raise


def _to_sandbox(target: Target, options: DeploymentOptions, handler: str, output: Output) -> None:
    record = running_record(target.endpoint)
    own = options.handler is not None
    with output.waiting("deploying"):
        sandbox = attach(record, options.names, options.addresses, custom_handler=own)
        done = sandbox.deployer().deploy(options)
        code = correct_code(target.aws, options.names, done.packages, WallClock())
    changed = ", ".join([*done.changed_stacks, *(f"code of {each}" for each in code)]) or "nothing"
    prices = "; prices: reset" if options.reset_prices else ""
    output.say(f"changed: {changed}{prices}; handler: {handler}")
    show_unconfirmed(sandbox, output)
    output.emit(
        "deployed", changed=[*done.changed_stacks, *code], prices_reset=options.reset_prices
    )


def _check_reason(kind: TargetKind, untested: str | None) -> None:
    """Raises a UsageError if --untested has no reason, or is not for AWS."""
    if untested is None:
        return
    if kind is TargetKind.LOCAL:
        raise UsageError("--untested with --target aws", "--target local", "leave it out")
    if not untested.strip():
        raise UsageError("a reason after --untested", "none", "say why these bytes go untested")


def _require_addresses(options: DeploymentOptions) -> None:
    """Raises a UsageError if no address would get the alerts."""
    if not options.addresses:
        expected = "--email ADDRESS with --target aws"
        raise UsageError(expected, "none", "name who gets alerts, once for each address")


def _handler_name(options: DeploymentOptions, given: Path | None) -> str:
    if options.handler is None:
        return "this project's"
    return str(given) if given else "the script that was deployed before"
