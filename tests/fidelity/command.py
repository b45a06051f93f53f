"""`fidelity --target aws`: the register's rows in an AWS account, whose answers are recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tests.fidelity.aws_ground import AwsGround, NotOnAwsError
from tests.fidelity.created_resources import CreatedResources
from tests.fidelity.ground import patience
from tests.fidelity.recording import FILE, RecordedAnswer, write_recording
from tests.fidelity.register import BEHAVIOURS
from tests.fidelity.row import Behaviour
from wavetank.aws.clients import AwsClients
from wavetank.aws.target import TargetKind
from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.targets import AccountOption, ProfileOption, YesOption, confirm, open_target
from wavetank.core.clock import Clock, WallClock
from wavetank.core.errors import ExitCode, UsageError

AWS_PATIENCE = 20.0
"""Queues, logs and retries on AWS take minutes where a sandbox takes seconds."""
COST = "less than 1 USD: some requests of each service, seconds of small functions, a few alarms"


@dataclass(frozen=True)
class Observation:
    """What one row came to in the account: an answer, or the reason why there is none."""

    row: Behaviour
    answer: str | None
    reason: str = ""

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.answer is None:
            return "unknown"
        return "equal" if self.answer == self.row.aws else "differs"


def fidelity(
    *,
    target: Annotated[
        TargetKind,
        typer.Option("--target", help="Required: aws confirms that resources are created on AWS."),
    ] = TargetKind.LOCAL,
    profile: ProfileOption = None,
    account: AccountOption = None,
    rows: Annotated[
        str, typer.Option("--rows", metavar="TEXT", help="Only rows that contain the text.")
    ] = "",
    file: Annotated[
        Path, typer.Option("--file", help="Where answers are recorded.", show_default=False)
    ] = FILE,
    yes: YesOption = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Compare docs/fidelity.md with a real AWS account.

    Creates small resources named test-..., deletes them row by row, also after Ctrl-C, and compares
    each answer with the register. The suite compares the register with the recording.
    """
    if target is not TargetKind.AWS:
        raise UsageError(
            "--target aws", "a sandbox", "for a sandbox run ./wavetank test tests/fidelity"
        )
    chosen = [row for row in BEHAVIOURS if rows in row.name]
    if not chosen:
        raise UsageError("rows of docs/fidelity.md", f"none with {rows!r}", "correct --rows")
    output = Output(as_json=as_json)
    opened = open_target(target, None, profile, account)
    question = f"This creates and deletes resources for {len(chosen)} rows. Cost: {COST}."
    confirm(opened, opened.account, question, output, yes=yes)
    found = []
    for observation in observe(opened.aws, chosen, WallClock(), output):
        found.append(observation)
        _show(observation, output)
        _record(observation, WallClock(), file)
    differing = sum(each.verdict == "differs" for each in found)
    answered = sum(each.answer is not None for each in found)
    output.say(f"{answered} of {len(found)} rows answered, {differing} differ; recorded in {file}")
    raise typer.Exit(ExitCode.BROKEN if differing else ExitCode.VALID)


def observe(
    aws: AwsClients, rows: Sequence[Behaviour], clock: Clock, output: Output
) -> Iterator[Observation]:
    """Observes row by row; what a row has created is deleted before the next begins."""
    created = CreatedResources(aws)
    ground = AwsGround(aws, clock)
    with patience(AWS_PATIENCE):
        for row in rows:
            try:
                observation = _observe(row, ground)
            finally:
                for remaining in created.delete():
                    output.note(f"not deleted: {remaining}")
            yield observation


def _observe(row: Behaviour, ground: AwsGround) -> Observation:
    try:
        return Observation(row, row.observe(ground))
    except NotOnAwsError as error:
        return Observation(row, None, error.found)
    except Exception as error:  # noqa: BLE001 - whatever a row expects of a sandbox, others go on
        return Observation(row, None, f"{type(error).__name__}: {error}")


def _show(observation: Observation, output: Output) -> None:
    row = observation.row
    shown = observation.reason if observation.answer is None else observation.answer
    expected = f" (the register: {row.aws})" if observation.verdict == "differs" else ""
    output.say(f"{observation.verdict:8} {row.name}: {shown}{expected}")
    output.emit(
        "row",
        name=row.name,
        verdict=observation.verdict,
        answer=observation.answer,
        found=shown,
    )


def _record(observation: Observation, clock: Clock, file: Path) -> None:
    if observation.answer is not None:
        day = clock.now().date().isoformat()
        answer = RecordedAnswer(observation.answer, day)
        write_recording({observation.row.name: answer}, file)
