"""`--target`: the options that select where a command acts, and the question before it does."""

import sys
from typing import Annotated

import typer
from rich.prompt import Prompt

from wavetank.aws.target import Target, TargetKind, aws_target, local_target
from wavetank.cli.output import Output
from wavetank.configuration.project import project_configuration
from wavetank.core.errors import UsageError
from wavetank.live.sandbox_records import running_record

TargetOption = Annotated[
    TargetKind,
    typer.Option(
        "--target",
        metavar="local|aws",
        help="local is the running sandbox, aws the account of your credentials.",
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="PROFILE",
        help="With --target aws: the AWS profile. Default: that of the AWS SDK.",
    ),
]
AccountOption = Annotated[
    str | None,
    typer.Option(
        "--account",
        metavar="NUMBER",
        help="With --target aws: refuse any account but this one.",
    ),
]
YesOption = Annotated[
    bool, typer.Option("--yes", help="Do not ask; for scripts and CI, which cannot answer.")
]


def refuse_project(chosen: str | None, instead: str) -> None:
    """Refuse to act on the ticker in a project of other templates, unless it was chosen by name.

    Raises:
        UsageError: the working folder has a `wavetank.toml`, and nothing was chosen.
    """
    if chosen is None and project_configuration() is not None:
        raise UsageError("a pipeline of the ticker", "the project of wavetank.toml", instead)


def open_target(
    kind: TargetKind, endpoint: str | None, profile: str | None, account: str | None
) -> Target:
    """The target that the options select.

    Raises:
        UsageError: the options contradict each other, no sandbox runs, or there are no usable
            credentials.
        InfrastructureError: the target does not answer.
    """
    if kind is TargetKind.AWS:
        if endpoint is not None:
            raise UsageError("--target aws or --endpoint", "both", "leave one out")
        return aws_target(profile, account)
    if profile is not None or account is not None:
        raise UsageError(
            "--target aws beside --profile and --account",
            "--target local",
            "a sandbox is never reached with an account's credentials: leave them out",
        )
    return local_target(running_record(endpoint).endpoint)


def confirm(
    target: Target, word: str, question: str, output: Output, *, yes: bool, everywhere: bool = False
) -> None:
    """Returns once the user has typed the word; with --yes at once.

    In a sandbox there is no question, unless `everywhere`: for what is lost there too.

    Raises:
        UsageError: something else was typed, or there is no terminal.
    """
    if yes or (target.kind is TargetKind.LOCAL and not everywhere):
        return
    output.note(f"{question}\nThis is {target.description}.")
    if not sys.stdin.isatty():
        raise UsageError(f"{word} to be typed", "no terminal", "give --yes if no one can answer")
    answer = Prompt.ask(f"Type {word} to continue", console=output.progress)
    if answer != word:
        raise UsageError(f"{word} to be typed", repr(answer), "nothing was changed")
