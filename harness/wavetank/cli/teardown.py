"""`teardown`: delete a pipeline and, with `--delete-data`, its data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.aws.target import Target, TargetKind
from wavetank.cli.options import DebugOption, EndpointOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.revert_offer import record_of
from wavetank.cli.targets import (
    AccountOption,
    ProfileOption,
    TargetOption,
    YesOption,
    confirm,
    open_target,
    refuse_project,
)
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode, InfrastructureError
from wavetank.core.stop_signal import Stopped, stop_on_signal
from wavetank.core.text import pluralize
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.teardown.data_deletion import delete_stored_data, require_torn_down
from wavetank.deployment.teardown.inventory import find_inventory
from wavetank.deployment.teardown.pipeline_teardown import Teardown, TeardownResult
from wavetank.live.change_targets import target_of

CENT = 0.01

NamedOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME|STEM",
        help="Owner of the pipeline, 'First Surname' or DEFIRSUR. Default: the only one.",
    ),
]


def teardown(
    *,
    target: TargetOption = TargetKind.LOCAL,
    endpoint: EndpointOption = None,
    profile: ProfileOption = None,
    account: AccountOption = None,
    name: NamedOption = None,
    abandon_buffer: Annotated[
        bool,
        typer.Option(
            "--abandon-buffer",
            help="Continue if the last records do not arrive; what the stream buffers is lost.",
        ),
    ] = False,
    delete_data: Annotated[
        bool,
        typer.Option(
            "--delete-data",
            help="Delete the data too: the delivery bucket and its stack. Asks for its name.",
        ),
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Delete a pipeline; the delivery bucket is kept without --delete-data.

    Disables the rule and waits for the last records first. If it is interrupted, run it again: it
    continues.
    """
    output = Output(as_json=as_json)
    refuse_project(name, "empty its sandbox with ./wavetank up --fresh, or choose with --name")
    place = open_target(target, endpoint, profile, account)
    _delete_pipeline(place, target, endpoint, name, output, yes=yes, abandon=abandon_buffer)
    if delete_data:
        _delete_data(place, name, output, yes=yes)


def _delete_pipeline(
    place: Target,
    target: TargetKind,
    endpoint: str | None,
    name: str | None,
    output: Output,
    *,
    yes: bool,
    abandon: bool,
) -> None:
    record = record_of(target, endpoint, output)
    with resumable("teardown", output):
        inventory = find_inventory(place.aws, name)
        if inventory is None:
            output.say(f"nothing remains in {place.description}")
            output.emit("teardown", left=None)
            return
        names = inventory.names
        if inventory.pipeline is not None:
            question = (
                f"This deletes the pipeline of {names.full_name}, with its prices, logs and "
                f"addresses; the data in {names.bucket} stay."
            )
            confirm(place, names.stem, question, output, yes=yes)
        with output.waiting(f"tearing down {names.stem}") as status:

            def show(event: ResourceEvent) -> None:
                status.update(f"{event.resource} {event.status}")
                if event.status.endswith("_FAILED"):
                    output.say(f"{event.resource} {event.status}: {event.reason}")

            journal = target_of(place, names, record).journal
            with journal.held():
                work = Teardown(place, inventory, WallClock(), output.say, show)
                remains = work.run(abandon_buffer=abandon)
                journal.clear()  # the resources of its changes are deleted
    show_remains(remains, output)


def _delete_data(place: Target, name: str | None, output: Output, *, yes: bool) -> None:
    """Delete the bucket of a deleted pipeline and its stack; asks for its name everywhere."""
    with resumable("teardown --delete-data", output):
        inventory = find_inventory(place.aws, name)
        if inventory is None:
            output.say(f"nothing remains in {place.description}")
            output.emit("released", bucket=None, objects=0)
            return
        require_torn_down(inventory)
        bucket = inventory.names.bucket
        question = f"This deletes bucket {bucket} with every object in it. There is no way back."
        confirm(place, bucket, question, output, yes=yes, everywhere=True)
        with output.waiting(f"emptying {bucket}") as status:
            count = delete_stored_data(
                place,
                inventory,
                WallClock(),
                lambda gone: status.update(f"emptying {bucket}: {gone:,} objects gone"),
                lambda event: status.update(f"{event.resource} {event.status}"),
            )
    output.say(f"deleted {bucket} with {pluralize(count, 'object')}; nothing remains to pay for")
    output.emit("released", bucket=bucket, objects=count)


@contextmanager
def resumable(command: str, output: Output) -> Iterator[None]:
    """Adds to an error of the network or AWS, or to a signal, how the command is continued."""
    again = f"run ./wavetank {command} again: it continues where it stopped"
    try:
        with stop_on_signal():
            yield
    except Stopped:
        output.say(f"stopped; {again}")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except BotoCoreError as error:
        action = f"check the network, then {again}"
        raise InfrastructureError("an answer of AWS", str(error), action) from error
    except ClientError as error:
        raise InfrastructureError("the AWS call to succeed", str(error), again) from error


def show_remains(remains: TeardownResult, output: Output) -> None:
    """Shows what remains, its monthly cost, and the addresses that were never confirmed."""
    data = remains.data
    if data is not None:
        output.say(
            f"remaining: stack {remains.stack} and bucket {data.bucket} with "
            f"{pluralize(data.objects, 'object')}, {data.size_bytes / 2**20:,.1f} MB: "
            f"{_price(data.usd_per_month)} a month; ./wavetank teardown --delete-data deletes them"
        )
    elif remains.stack is not None:
        output.say(
            f"remaining: stack {remains.stack}, no bucket; "
            "./wavetank teardown --delete-data deletes it"
        )
    for address in remains.pending:
        output.say(f"{address} was never confirmed; SNS deletes that within 48 hours")
    output.emit("teardown", left=remains.stack, **_data(remains), pending=remains.pending)


def _price(usd: float) -> str:
    return f"about {usd:.2f} USD" if usd >= CENT else "less than a cent"


def _data(remains: TeardownResult) -> dict[str, object]:
    return {"data": asdict(remains.data) if remains.data else None}
