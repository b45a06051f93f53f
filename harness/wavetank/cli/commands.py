"""The commands of the overview: their names, modules and one-line summaries.

A command's module is imported when the command is asked for, so that `--version`, the overview and
one command's help do not wait for what the others need: the AWS SDK, LocalStack, Docker's client.
"""

import sys
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module  # noqa: TID251 - of commands, only the one that is called
from typing import Any, cast

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from wavetank.core.installation import PROGRAM, as_typed, clone_folder, require_clone

HELP_OPTIONS = ("-h", "--help")


@dataclass(frozen=True)
class Entry:
    """A command of the overview: its module, function and one-line summary.

    The summary has to fit beside the name in 80 columns.
    """

    place: str
    """`module:function`, below its package."""
    summary: str
    passes_arguments: bool = False
    """Whether arguments that are not its own are another program's."""
    package: str = "wavetank.cli"
    """Another one is a folder of the repository, and no part of the installed package."""


DEVELOPMENT = "Development of Wavetank"
OVERVIEW: Mapping[str, Mapping[str, Entry]] = {
    "Start": {
        "init": Entry("init:init", "Create a project from a sample or from your template."),
        "demo": Entry("demo:demo", "Simulate an hour with a broken deployment, in ten seconds."),
    },
    "Sandbox": {
        "up": Entry("sandbox:up", "Start a sandbox with the pipeline; runs until Ctrl-C."),
        "down": Entry("sandbox:down", "Stop the sandbox; its data are kept for the next one."),
        "status": Entry("sandbox:status", "Show whether a sandbox runs, and the pipeline's state."),
        "logs": Entry("functions:logs", "Show the log of LocalStack or of a function."),
        "watch": Entry("watch:watch", "Print ticks, objects, failures and alerts as they happen."),
        "invoke": Entry("functions:invoke", "Invoke a function; by default the scheduled one."),
        "access": Entry("access:access", "Test who can use the bucket; list unused permissions."),
    },
    "Simulate": {
        "run": Entry("run:run", "Run a scenario in virtual time, or on a deployed pipeline."),
        "replay": Entry("replay:replay", "Repeat a saved run and compare the two histories."),
        "campaign": Entry("campaign:campaign", "Run many scenarios; shrink the first that fails."),
        "scenarios": Entry("listing:scenarios", "List the scenarios."),
        "import": Entry(
            "import_incident:import_incident", "Make a scenario of an incident, scrubbed."
        ),
        "runs": Entry("listing:runs", "List the saved runs."),
        "report": Entry("report:report", "Write the HTML report of a saved run again."),
        "compare": Entry("compare:compare", "Show the differences of two runs."),
    },
    "Deploy": {
        "plan": Entry("plan:plan", "Preview a deployment: changes, monthly cost, blockers."),
        "deploy": Entry("deploy:deploy", "Deploy the handlers and the templates."),
        "check": Entry("check:check", "Check a deployed pipeline, with evidence for each finding."),
        "drill": Entry(
            "drill:drill", "Break the pipeline on purpose; time the alert and the recovery."
        ),
        "teardown": Entry(
            "teardown:teardown", "Delete a pipeline; its data are kept without --delete-data."
        ),
        "assess": Entry("assess:assess", "Check many people's pipelines from another account."),
    },
    "Analyse": {
        "notebook": Entry("notebook:notebook", "Open the analysis notebooks, or execute one."),
        "diagram": Entry("diagram:diagram", "Draw the architecture from the templates."),
    },
    DEVELOPMENT: {
        "test": Entry("test:run_suite", "Run the test suite.", passes_arguments=True),
        "bench": Entry(
            "command:bench",
            "Measure the cost of a tick, a virtual day and a call.",
            package="benchmarks",
        ),
        "fidelity": Entry(
            "command:fidelity",
            "Compare docs/fidelity.md with a real AWS account.",
            package="tests.fidelity",
        ),
    },
}
"""The commands under their headings, in the order of the overview."""

ENTRIES: Mapping[str, Entry] = {
    name: entry for section in OVERVIEW.values() for name, entry in section.items()
}


def _sections() -> Iterator[tuple[str, Mapping[str, Entry]]]:
    """The overview's sections; those of developers only in a clone, which their commands need."""
    for heading, entries in OVERVIEW.items():
        if heading != DEVELOPMENT or clone_folder() is not None:
            yield heading, entries


class CommandGroup(TyperGroup):
    """The root command `wavetank`, which lists its commands under headings."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        # a group only reads it
        self.commands = cast("MutableMapping[str, Any]", _ImportedOnRequest())

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        return [name for _, entries in _sections() for name in entries]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Complete names from the overview: to import each command would take seconds.

        This process completes and ends, so no command is run from these.
        """
        shown = [entry for _, entries in _sections() for entry in entries.items()]
        self.commands = {name: TyperCommand(name, help=entry.summary) for name, entry in shown}
        return super().shell_complete(ctx, incomplete)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - as above
        widest = max(map(len, ENTRIES))
        for heading, entries in _sections():
            with formatter.section(heading):
                formatter.write_dl([(f"{n:<{widest}}", e.summary) for n, e in entries.items()])


class _ImportedOnRequest(Mapping[str, TyperCommand]):
    """Commands by name: all names are known, a command is made when it is looked up."""

    def __getitem__(self, name: str) -> TyperCommand:
        entry = ENTRIES[name]
        module, _, function = entry.place.partition(":")
        app = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        settings: dict[str, Any] = {"help_option_names": list(HELP_OPTIONS)}
        if entry.passes_arguments:
            settings |= {"allow_extra_args": True, "ignore_unknown_options": True}
        if not entry.package.startswith("wavetank"):
            sys.path.append(str(require_clone(f"{PROGRAM} {name}")))
        app.command(name, context_settings=settings)(
            getattr(import_module(f"{entry.package}.{module}"), function)
        )
        command = typer.main.get_command(app)
        assert isinstance(command, TyperCommand)  # one command, and no group
        _name_as_typed(command)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(ENTRIES)

    def __len__(self) -> int:
        return len(ENTRIES)


def _name_as_typed(command: TyperCommand) -> None:
    """Has the help name commands as this installation's user types them."""
    command.help = as_typed(command.help or "")
    for parameter in command.params:
        if isinstance(parameter, TyperOption | TyperArgument):
            parameter.help = as_typed(parameter.help or "")
