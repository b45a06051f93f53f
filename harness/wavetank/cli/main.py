"""The `wavetank` command: its own options, and errors as messages with exit codes."""

import os
import signal
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from wavetank.cli.commands import HELP_OPTIONS, CommandGroup
from wavetank.cli.options import DebugOption
from wavetank.core.command_process import SUPERVISION
from wavetank.core.errors import ExitCode, WavetankError
from wavetank.core.private_files import use_private_umask

app = typer.Typer(
    name="wavetank",
    cls=CommandGroup,
    help="Simulation testing for serverless pipelines on AWS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": list(HELP_OPTIONS)},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback signature
    if wanted:
        from importlib import metadata  # noqa: PLC0415 - slow, and needed here alone

        typer.echo(f"wavetank {metadata.version('wavetank')}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: DebugOption = False,
) -> None:
    """Options of the command itself; `--debug` is read where errors are shown."""


def run() -> None:
    """Entry point; the exit code goes to the process that supervises the command, if any."""
    _take_any_locale()
    use_private_umask()
    SUPERVISION.is_offered = hasattr(signal, "sigwaitinfo")
    try:
        _run()
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(bool(ending.code))
        SUPERVISION.conclude(code)
        raise
    except BaseException:
        SUPERVISION.conclude(ExitCode.BROKEN)  # the interpreter's own, after a traceback
        raise
    SUPERVISION.conclude(ExitCode.VALID)


def _run() -> None:
    """Exit codes as the design has them, and no traceback without --debug."""
    try:
        app()
    except WavetankError as error:
        if "--debug" in sys.argv:
            raise
        _report(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say("interrupted")
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # the last line of defence: users get a message, not a traceback
        if "--debug" in sys.argv:
            raise
        kind = type(error).__name__
        _say(f"{kind}: {error}; run again with --debug to see where")
        sys.exit(ExitCode.INFRASTRUCTURE)


def _take_any_locale() -> None:
    """Starts again in Python's UTF-8 mode where the locale is another; no letter is an error.

    LocalStack and other libraries read their files by the locale's encoding, and a name that the
    user types is UTF-8 whatever the locale says.
    """
    if sys.getfilesystemencoding() != "utf-8":
        from wavetank.core.settings import with_utf8_mode  # noqa: PLC0415 - not for the usual locale

        os.execve(sys.executable, sys.orig_argv, with_utf8_mode())  # noqa: S606 - itself
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _report(error: WavetankError) -> None:
    """Says what is wrong and what to do, in one or two lines; with `--json` also as JSON."""
    _say(str(error))
    from wavetank.cli.output import Output  # noqa: PLC0415 - as in `_say`

    Output(as_json="--json" in sys.argv).emit(
        "error",
        exit_code=error.exit_code,
        message=str(error),
        expected=error.expected,
        found=error.found,
        action=error.action,
    )


def _say(message: str) -> None:
    from wavetank.cli.output import Output  # noqa: PLC0415 - only when there is a message

    Output(as_json=False).note(f"wavetank: {message}")
