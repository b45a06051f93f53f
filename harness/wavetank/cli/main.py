"""The `wavetank` command: its commands by name, and errors as messages with exit codes."""

import sys
from importlib import metadata
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from wavetank.cli import (
    access,
    assess,
    bench,
    campaign,
    check,
    compare,
    demo,
    deploy,
    drill,
    notebook,
    plan,
    replay,
    sandbox,
    suite,
    teardown,
)
from wavetank.cli import run as play
from wavetank.errors import ExitCode, WavetankError

app = typer.Typer(
    name="wavetank",
    help="A local-first testbed for serverless streaming pipelines on AWS, on LocalStack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo.demo)
app.command()(sandbox.up)
app.command()(sandbox.down)
app.command()(sandbox.status)
app.command()(sandbox.logs)
app.command()(sandbox.tick)
app.command()(plan.plan)
app.command()(deploy.deploy)
app.command()(check.check)
app.command()(drill.drill)
app.command()(teardown.teardown)
app.command("release-bucket")(teardown.release)
app.command()(access.access)
app.command()(assess.assess)
app.command()(play.run)
app.command()(replay.replay)
app.command()(compare.compare)
app.command()(campaign.campaign)
app.command()(notebook.notebook)
app.command()(bench.bench)
app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)(suite.test)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback signature
    if wanted:
        typer.echo(f"wavetank {metadata.version('wavetank')}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options of the command itself."""


def run() -> None:
    """Entry point: exit codes as the design has them, and no traceback without --debug."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        app()
    except WavetankError as error:
        if "--debug" in sys.argv:
            raise
        errors.print(Text(f"wavetank: {error}"))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        errors.print(Text("wavetank: interrupted"))
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # the last line of defence: users get a message, not a traceback
        if "--debug" in sys.argv:
            raise
        kind = type(error).__name__
        errors.print(Text(f"wavetank: {kind}: {error}; run again with --debug to see where"))
        sys.exit(ExitCode.INFRASTRUCTURE)
