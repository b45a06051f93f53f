"""`drill`: inject a fault into a running pipeline or its host, and time the recovery."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from wavetank.aws.clients import BotoCoreError
from wavetank.aws.target import TargetKind
from wavetank.cli.functions import event_text
from wavetank.cli.options import (
    DebugOption,
    EndpointOption,
    FunctionOption,
    JsonOption,
    PipelineNameOption,
)
from wavetank.cli.output import Output
from wavetank.cli.output.drill_result import show_drill
from wavetank.cli.revert_offer import offer_host, offer_pipeline, offer_running
from wavetank.cli.targets import (
    AccountOption,
    ProfileOption,
    TargetOption,
    YesOption,
    confirm,
    open_target,
)
from wavetank.core.clock import Clock, floor_to_minute
from wavetank.core.durations import duration_option, duration_text
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError
from wavetank.core.settings import read_settings
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.core.suggestions import one_of
from wavetank.core.text import pluralize
from wavetank.deployment.deployed import find_pipeline
from wavetank.engines.host_faults import SandboxHost
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.faults.catalogue import HOST_KINDS, engines_of
from wavetank.faults.fault import Fault, StateFault
from wavetank.faults.functions import BrokenDeployment
from wavetank.faults.host_faults import HostFault
from wavetank.inspection.schedules import scheduled_calls
from wavetank.inspection.stack_checks.queues import failure_destinations
from wavetank.inspection.stack_resources import FUNCTION, PipelineStacks
from wavetank.live.change_targets import host_target
from wavetank.live.confirmed_addresses import (
    require_confirmed,
    require_confirmed_for,
    require_confirmed_on,
)
from wavetank.live.drill.function_drill import FUNCTION_KINDS, DrillSite
from wavetank.live.drill.host_drill import HostDrill, HostDrillResult
from wavetank.live.drill.stack_drill import StackDrill, drill_text
from wavetank.live.live_pipeline import LivePipeline, live_pipeline, sandbox_site
from wavetank.live.pipeline_selection import pipeline_in
from wavetank.live.revert_journal import require_reverted, revert_active_faults, revert_all
from wavetank.live.revert_journal import restore as restore_all
from wavetank.live.running_sandbox import RunningSandbox
from wavetank.live.sandbox_pipeline import SandboxPipeline
from wavetank.live.sandbox_records import compose_sandbox, running_record

DRILL_KINDS: tuple[type[Fault], ...] = (*FUNCTION_KINDS, *HOST_KINDS)
"""What `--fault` takes."""
LONGEST = timedelta(hours=1)
NOTHING = "nothing to revert: no drill and no run has left changes"
EventOption = Annotated[
    str | None,
    typer.Option(
        "--event",
        metavar="FILE|JSON",
        help="With --function: the event to fail with. Default: that of its schedule, or {}.",
    ),
]


def drill(
    *,
    target: TargetOption = TargetKind.LOCAL,
    endpoint: EndpointOption = None,
    profile: ProfileOption = None,
    account: AccountOption = None,
    name: PipelineNameOption = None,
    function: FunctionOption = None,
    event: EventOption = None,
    fault: Annotated[
        str,
        typer.Option(
            "--fault",
            metavar="KIND",
            help="The fault to inject: "
            + ", ".join(f"{kind.kind} ({kind.title.lower()})" for kind in DRILL_KINDS)
            + ".",
        ),
    ] = BrokenDeployment.kind,
    duration: Annotated[
        str,
        typer.Option(
            "--duration",
            metavar="DURATION",
            help="How long a fault of the host lasts, such as 10s; at most 1h.",
        ),
    ] = "10s",
    restore: Annotated[
        bool,
        typer.Option("--restore", help="Revert what killed commands and the live pages changed."),
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Run a failure test: break the streaming function or the host, and time the recovery.

    The drill reverts the fault however it ends. If its process is killed, drill --restore reverts
    it; other commands notice that and offer to do the same. Of a pipeline that is not the ticker's,
    --function is broken, by default its only one, and the report of its failure is awaited where
    its template sends it.
    """
    kind = _kind(fault)
    length = duration_option(duration, LONGEST)
    output = Output(as_json=as_json)
    if target is TargetKind.AWS:
        if EngineName.AWS not in engines_of(kind):
            names = " or ".join(one.kind for one in FUNCTION_KINDS)
            raise UsageError("a fault that AWS supports", fault, f"choose --fault {names}")
        place = open_target(target, endpoint, profile, account)
        pipeline = find_pipeline(place.aws, name)
        live = live_pipeline(place, pipeline, read_settings().state_folder)
        with _reporting_the_revert(output):
            _on_aws(live, kind, output, restore=restore, yes=yes)
        return
    record = running_record(endpoint)
    with _reporting_the_revert(output):
        if restore:
            _restore_sandbox(record, name, output)
            return
        offer_host(record, output, yes=yes)
        running = pipeline_in(record, name)
        require_reverted(reverted=offer_running(running, output, yes=yes))
        if isinstance(running, RunningSandbox):
            _refuse_function(function, event)
            _on_sandbox(running, kind, length, output)
        else:
            _on_stack(running, kind, function, event, output)


def _kind(name: str) -> type[Fault]:
    kinds = {kind.kind: kind for kind in DRILL_KINDS}
    if name not in kinds:
        raise UsageError(*one_of("--fault to be one of", name, kinds))
    return kinds[name]


def _on_sandbox(
    running: RunningSandbox,
    kind: type[Fault],
    length: timedelta,
    output: Output,
) -> None:
    if kind in HOST_KINDS:
        break_host(running, kind, length, output)
        return
    require_confirmed(running)
    show_drill(sandbox_site(running), output, _function_kind(kind))


def _refuse_function(function: str | None, event: str | None) -> None:
    if function is not None or event is not None:
        expected = "--function and --event with a pipeline that is not the ticker's"
        raise UsageError(expected, "the ticker", "leave them out: its streaming function is broken")


def _on_stack(
    pipeline: SandboxPipeline,
    kind: type[Fault],
    function: str | None,
    event: str | None,
    output: Output,
) -> None:
    """Drills one function; a failure that is reported nowhere is a broken requirement.

    Raises:
        UsageError: no function or a fault of the host was given, or nothing could be observed
            because an address is not confirmed.
    """
    stacks = pipeline.stacks()
    if kind in HOST_KINDS:
        kinds = " or ".join(each.kind for each in FUNCTION_KINDS)
        raise UsageError("a fault of a function", kind.kind, f"choose --fault {kinds}")
    function = function or _only_function(stacks)
    deployed = stacks.function(function)
    require_confirmed_for(pipeline, failure_destinations(pipeline.aws, deployed))
    exercise = StackDrill(
        target=pipeline.target(),
        endpoint=pipeline.record.endpoint,
        function=deployed,
        event=event_text(event) if event else _scheduled_event(stacks, deployed, pipeline.clock),
        retry_base_delay_seconds=pipeline.record.retry_base_delay_seconds,
    )
    with output.waiting(f"drilling {function}"):
        result = exercise.run(_function_kind(kind), output.say)
    output.say(drill_text(result))
    output.say(f"restored in {result.seconds['restored']:.1f} s, and it succeeds")
    output.emit("drill", kind=kind.kind, **asdict(result))
    if not result.reported:
        output.say(f"give {function} a failure destination or a dead-letter queue")
        raise typer.Exit(ExitCode.BROKEN)


def _only_function(stacks: PipelineStacks) -> str:
    """The logical id of the pipeline's function, if it has just one."""
    names = sorted(stacks.labels(FUNCTION).values())
    if len(names) != 1:
        action = f"name a function: {', '.join(names)}"
        raise UsageError("--function with this pipeline", "none", action)
    return names[0]


def _scheduled_event(stacks: PipelineStacks, function: str, clock: Clock) -> str:
    """The event of the function's schedule, if it has one, else an empty one."""
    minute = floor_to_minute(clock.now())
    events = [
        call.event(minute)
        for call in scheduled_calls(stacks)
        if call.function.partition(":function:")[2].partition(":")[0] == function
    ]
    return events[0] if events else event_text(None)


def _restore_sandbox(record: SandboxRecord, name: str | None, output: Output) -> None:
    """The host first, then the faults of the pages, since the sandbox may not answer before."""
    host = host_target(record)
    reverted = bool(host.journal.changes()) and bool(revert_all(host, output))
    reverted = revert_active_faults(record, output) or reverted
    running = pipeline_in(record, name)
    if isinstance(running, RunningSandbox):
        _restore(sandbox_site(running), output, reverted=reverted)
        return
    target = running.target()
    reverted = (bool(target.journal.changes()) and bool(revert_all(target, output))) or reverted
    if not reverted:
        output.say(NOTHING)


def _on_aws(
    live: LivePipeline, kind: type[Fault], output: Output, *, restore: bool, yes: bool
) -> None:
    site, names = live.site(), live.pipeline.names
    if restore:
        _restore(site, output)
        return
    require_reverted(reverted=offer_pipeline(live.target, names, None, output, yes=yes))
    addresses = require_confirmed_on(live.target.aws, names)
    confirm(live.target, names.stem, _question(live, kind, addresses), output, yes=yes)
    result = show_drill(site, output, _function_kind(kind))
    output.say(
        f"SNS accepted the alert ({result.alert.seen_in}). Check the mailbox of "
        f"{', '.join(result.alert.addresses)}; Wavetank cannot read it."
    )


def _question(live: LivePipeline, kind: type[Fault], addresses: tuple[str, ...]) -> str:
    """What the user confirms."""
    minutes = "four minutes" if kind is BrokenDeployment else "a minute"
    after = (
        "records that the custom handler would have put during the drill are lost"
        if live.pipeline.handler
        else "the first tick after the drill makes up for missed ones"
    )
    return (
        f"This breaks {live.pipeline.names.streaming_function} for about {minutes} and restores it "
        "however the drill ends. Ticks fail meanwhile, and each that fails for good sends an "
        f"alert to {', '.join(addresses)}; {after}."
    )


def _restore(site: DrillSite, output: Output, *, reverted: bool = False) -> None:
    if not restore_all(site.target, output) and not reverted:
        output.say(NOTHING)


def _function_kind(kind: type[Fault]) -> type[StateFault]:
    return next(one for one in FUNCTION_KINDS if one is kind)


def break_host(
    running: RunningSandbox, kind: type[Fault], length: timedelta, output: Output
) -> HostDrillResult:
    """Break the host and show what was lost."""
    exercise = HostDrill(
        running.aws, running.names, running.record.endpoint, running.clock, output.say
    )
    host = host_target(running.record)
    with (
        host.journal.held(),
        output.waiting(f"injecting {kind.kind} for {duration_text(length)}, until it recovers"),
    ):
        host.require_unchanged()
        if issubclass(kind, HostFault):
            injected: AbstractContextManager[object] = host.changed(
                SandboxHost(running.record, compose_sandbox()).change(kind)
            )
        else:
            assert issubclass(kind, StateFault)  # as the catalogue has it
            injected = host.injected(kind.kind, kind(after=timedelta()))
        result = exercise.run(injected, length.total_seconds())
    output.say(
        f"recovered {result.seconds_until_whole:.1f} s after the revert; lost: "
        f"{pluralize(result.objects_lost, 'object')}, "
        f"{pluralize(result.messages_lost, 'message')}, "
        f"{pluralize(result.minutes_lost, 'minute')} of data"
    )
    output.emit("host", fault=kind.kind, **asdict(result))
    return result


@contextmanager
def _reporting_the_revert(output: Output) -> Iterator[None]:
    """Says that the fault is reverted if a signal or the network ends the body."""
    try:
        with stop_on_signal():
            yield
    except Stopped:
        output.say("stopped; the fault is reverted")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except BotoCoreError as error:
        action = "the fault is reverted; check the network, then drill again"
        raise InfrastructureError("an answer of AWS", str(error), action) from error
