"""The commands by name: which module each is in, and what the overview says of it.

A command's module is imported when the command is asked for, so that `--version`, the overview and
one command's help do not wait for what the others need: the AWS SDK, LocalStack, Docker's client.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module  # noqa: TID251 - of commands, only the one that is called
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

HELP_OPTIONS = ("-h", "--help")


@dataclass(frozen=True)
class Entry:
    """One command; `summary` has to fit beside the name in 80 columns."""

    place: str
    """`module:function`, below `wavetank.cli`."""
    summary: str
    passes_arguments: bool = False
    """Whether arguments that are not its own are another program's."""


OVERVIEW: Mapping[str, Mapping[str, Entry]] = {
    "A sandbox on this machine": {
        "up": Entry("sandbox:up", "Bring up the pipeline and keep it ticking until Ctrl-C."),
        "down": Entry("sandbox:down", "Stop the sandbox; the next one takes up what it held."),
        "status": Entry("sandbox:status", "Show whether one runs, and how its pipeline does."),
        "logs": Entry("sandbox:logs", "Show the end of LocalStack's log."),
        "tick": Entry("sandbox:tick", "Make this minute's tick now, and wait for its records."),
        "access": Entry("access:access", "Try who can reach the bucket; list unused rights."),
    },
    "A pipeline, in a sandbox or on AWS": {
        "plan": Entry("plan:plan", "Show what deploy would change, cost and meet with."),
        "deploy": Entry("deploy:deploy", "Deploy the handlers and templates."),
        "check": Entry("check:check", "Walk the brief's requirements, with the evidence."),
        "drill": Entry("drill:drill", "Break something on purpose, and see it heal."),
        "assess": Entry("assess:assess", "Judge many people's pipelines from another account."),
        "teardown": Entry("teardown:teardown", "Delete a pipeline, but for its data."),
        "release-bucket": Entry("teardown:release", "Delete the data of one that was torn down."),
    },
    "Stories with planned faults": {
        "demo": Entry("demo:demo", "See a virtual hour with a broken deployment, judged."),
        "run": Entry("run:run", "Play a scenario in virtual time, or on what is deployed."),
        "replay": Entry("replay:replay", "Play a saved run again; it must come out the same."),
        "report": Entry("report:report", "Write a saved run as a page to look at."),
        "compare": Entry("compare:compare", "Show where two runs of one story differ."),
        "campaign": Entry("campaign:campaign", "Play many stories; shrink the first that fails."),
    },
    "Wavetank itself": {
        "notebook": Entry("notebook:notebook", "Open the notebooks on what arrived, or run one."),
        "diagram": Entry("diagram:diagram", "Draw the architecture from the templates."),
        "bench": Entry("bench:bench", "Measure what a tick, a virtual day and a call cost."),
        "test": Entry("suite:run_suite", "Run the test suite.", passes_arguments=True),
    },
}
"""The commands under their headings, in the order of the overview."""

ENTRIES: Mapping[str, Entry] = {
    name: entry for section in OVERVIEW.values() for name, entry in section.items()
}


class CommandGroup(TyperGroup):
    """The group of `wavetank` itself, with its commands under headings."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        # a group only reads it
        self.commands = cast("MutableMapping[str, Any]", _ImportedOnRequest())

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        return list(ENTRIES)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - as above
        widest = max(map(len, ENTRIES))
        for heading, entries in OVERVIEW.items():
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
        app.command(name, context_settings=settings)(
            getattr(import_module(f"wavetank.cli.{module}"), function)
        )
        command = typer.main.get_command(app)
        assert isinstance(command, TyperCommand)  # one command, and no group
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(ENTRIES)

    def __len__(self) -> int:
        return len(ENTRIES)
