"""`drill`: something is broken on purpose, people hear of it, and it heals."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from wavetank.aws.clients import BotoCoreError
from wavetank.aws.target import TargetKind
from wavetank.cli.addresses import require_confirmed, require_confirmed_on
from wavetank.cli.judging import LivePipeline, live_pipeline, perform, sandbox_site
from wavetank.cli.options import DebugOption, EndpointOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.recovery import (
    host_target,
    offer_host,
    offer_pipeline,
    offer_running,
    require_reverted,
    revert_all,
    revert_switched_on,
)
from wavetank.cli.recovery import restore as restore_all
from wavetank.cli.running import (
    RunningSandbox,
    compose_sandbox,
    running_record,
    running_sandbox,
)
from wavetank.cli.session import Stopped, stop_on_signal
from wavetank.cli.targets import (
    AccountOption,
    ProfileOption,
    TargetOption,
    YesOption,
    confirm,
    open_target,
)
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError
from wavetank.core.settings import read_settings
from wavetank.core.text import counted
from wavetank.deployment.deployed import the_pipeline
from wavetank.engines.host_faults import MachineFault, begin_fault, host_change
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.live.drill.function_drill import DrillKind, DrillSite
from wavetank.live.drill.host_drill import MachineDrill, MachineDrillResult


def drill(
    *,
    target: TargetOption = TargetKind.LOCAL,
    endpoint: EndpointOption = None,
    profile: ProfileOption = None,
    account: AccountOption = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Whose pipeline, as 'First Surname', where several are deployed.",
        ),
    ] = None,
    by: Annotated[
        DrillKind | None,
        typer.Option(
            "--by",
            metavar="|".join(DrillKind),
            help="How: by code with a large portion commented out, which Lambda tries three times "
            "(the default), or by reserved concurrency 0, which alerts at once.",
        ),
    ] = None,
    fault: Annotated[
        MachineFault | None,
        typer.Option(
            "--fault",
            metavar="|".join(MachineFault),
            help="Break the machine under the sandbox instead of the function.",
        ),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option("--seconds", metavar="SECONDS", min=0, help="How long the fault lasts."),
    ] = 10.0,
    restore: Annotated[
        bool,
        typer.Option("--restore", help="Revert what killed commands and the live pages changed."),
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Run a failure test: break the streaming function or the host, and time the recovery.

    Whatever ends the drill, what it broke is put back: by itself, or, where its process was killed,
    by --restore, which any other command offers.
    """
    _at_most_one(by, fault, "--restore" if restore else None)
    output = Output(as_json=as_json)
    if target is TargetKind.AWS:
        if fault is not None:
            raise UsageError("--fault on a sandbox", "--target aws", "break it with --by")
        place = open_target(target, endpoint, profile, account)
        pipeline = the_pipeline(place.aws, name)
        live = live_pipeline(place, pipeline, read_settings().state_folder)
        with _told_how_to_restore(output):
            _on_aws(live, by, output, restore=restore, yes=yes)
        return
    record = running_record(endpoint)
    with _told_how_to_restore(output):
        if restore:
            _restore_sandbox(record, endpoint, name, output)
            return
        offer_host(record, output, yes=yes)
        running = running_sandbox(endpoint, name)
        require_reverted(reverted=offer_running(running, output, yes=yes))
        _on_sandbox(running, by, fault, seconds, output)


def _on_sandbox(
    running: RunningSandbox,
    by: DrillKind | None,
    fault: MachineFault | None,
    seconds: float,
    output: Output,
) -> None:
    if fault is not None:
        break_machine(running, fault, seconds, output)
        return
    require_confirmed(running)
    perform(sandbox_site(running), output, by or DrillKind.BROKEN_DEPLOYMENT)


def _restore_sandbox(
    record: SandboxRecord, endpoint: str | None, name: str | None, output: Output
) -> None:
    """The machine first, then the faults of the pages: until then the sandbox may not answer."""
    host = host_target(record)
    reverted = bool(host.journal.changes()) and bool(revert_all(host, output))
    reverted = revert_switched_on(record, output) or reverted
    running = running_sandbox(endpoint, name)
    _restore(sandbox_site(running), output, reverted=reverted)


def _on_aws(
    live: LivePipeline, by: DrillKind | None, output: Output, *, restore: bool, yes: bool
) -> None:
    site, names = live.site(), live.pipeline.names
    if restore:
        _restore(site, output)
        return
    require_reverted(reverted=offer_pipeline(live.target, names, None, output, yes=yes))
    addresses = require_confirmed_on(live.target.aws, names)
    kind = by or DrillKind.BROKEN_DEPLOYMENT
    confirm(live.target, names.stem, _question(live, kind, addresses), output, yes=yes)
    result = perform(site, output, kind)
    output.say(
        f"SNS took the alert ({result.alert.seen_in}); look for it in the mailbox of "
        f"{', '.join(result.alert.addresses)}: nothing here can"
    )


def _question(live: LivePipeline, kind: DrillKind, addresses: tuple[str, ...]) -> str:
    """What whoever types the word agrees to."""
    minutes = "four minutes" if kind is DrillKind.BROKEN_DEPLOYMENT else "a minute"
    after = (
        "what this script would have made meanwhile is lost"
        if live.pipeline.handler
        else "the first tick afterwards makes good what was missed"
    )
    return (
        f"This breaks {live.pipeline.names.streaming_function} for about {minutes} and puts it "
        f"back, whatever happens. Ticks fail meanwhile, and each that is given up is told to "
        f"{', '.join(addresses)}; {after}."
    )


def _restore(site: DrillSite, output: Output, *, reverted: bool = False) -> None:
    if not restore_all(site.target, output) and not reverted:
        output.say("nothing to put back: no drill and no run has left anything")


def break_machine(
    running: RunningSandbox, fault: MachineFault, seconds: float, output: Output
) -> MachineDrillResult:
    """Breaks the machine and shows what was lost."""
    exercise = MachineDrill(
        running.aws, running.names, running.record.endpoint, running.clock, output.say
    )
    compose, host = compose_sandbox(), host_target(running.record)
    change = host_change(fault, running.record, compose)
    with (
        host.journal.held(),
        output.waiting(f"breaking the machine for {seconds:g} s, until it recovers"),
    ):
        host.require_unchanged()
        changed = host.changed(change, lambda: begin_fault(change, running.record, compose))
        result = exercise.run(changed, seconds)
    output.say(
        f"whole again {result.seconds_until_whole:.1f} s after the healing; lost: "
        f"{counted(result.objects_lost, 'object')}, {counted(result.messages_lost, 'message')}, "
        f"{counted(result.minutes_lost, 'minute')} of the walk"
    )
    output.emit("machine", fault=fault, **asdict(result))
    return result


@contextmanager
def _told_how_to_restore(output: Output) -> Iterator[None]:
    """What ends the body by a signal, or by the network, is told with what became of the drill."""
    try:
        with stop_on_signal():
            yield
    except Stopped:
        output.say("stopped; what was broken is restored")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except BotoCoreError as error:
        action = "what was broken is restored; check the network, then drill again"
        raise InfrastructureError("an answer of AWS", str(error), action) from error


def _at_most_one(*options: str | None) -> None:
    given = [str(option) for option in options if option is not None]
    if len(given) > 1:
        raise UsageError("one of --by, --fault and --restore", ", ".join(given), "leave one out")
