"""Options that several commands share, written once."""

from pathlib import Path
from typing import Annotated

import typer

from wavetank.core.naming import StreamNameCase

NameOption = Annotated[
    str,
    typer.Option(
        "--name",
        metavar="NAME",
        help="Whose pipeline it is, as 'First Surname'; every resource is named after it.",
    ),
]
SurnameOption = Annotated[
    str | None,
    typer.Option(
        "--surname",
        metavar="SURNAME",
        help="The surname, where --name is a first name of several words.",
    ),
]
PrefixOption = Annotated[
    str,
    typer.Option(
        "--prefix",
        metavar="PREFIX",
        help="What every name starts with, before the person's letters.",
    ),
]
StreamCaseOption = Annotated[
    StreamNameCase,
    typer.Option(
        "--stream-name-case",
        help="Case of the stream's name: dedorexp-deliverystream or DEDOREXP-deliverystream.",
    ),
]
EmailOption = Annotated[
    list[str] | None,
    typer.Option(
        "--email", metavar="ADDRESS", help="An address for alerts; may be given more than once."
    ),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--record-format",
        metavar="ndjson|original",
        help="original is the text form of the assignment's script.",
    ),
]
HandlerOption = Annotated[
    Path | None,
    typer.Option(
        "--handler",
        metavar="FILE.py",
        help="A custom script as the streaming function, such as the assignment's. It runs with "
        "your rights in the simulator (run, campaign), and elsewhere as isolated as ./wavetank "
        "status says.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output, one a line.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
DelayOption = Annotated[
    int,
    typer.Option(
        "--retry-base-delay",
        metavar="SECONDS",
        min=0,
        max=300,
        help="Seconds before Lambda's first retry (the second waits twice as long). AWS: 60.",
    ),
]
EndpointOption = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        metavar="URL",
        help="A sandbox started elsewhere. Default: the one that runs from this project.",
    ),
]
AccessOption = Annotated[
    bool,
    typer.Option(
        "--access/--no-access",
        help="Whether policies of roles and of the bucket are enforced, as on AWS.",
    ),
]
ConfirmOption = Annotated[
    bool,
    typer.Option(
        "--confirm-emails",
        help="Take every address as confirmed. Default: each is asked first, as on AWS.",
    ),
]
StorageOption = Annotated[
    Path | None,
    typer.Option("--storage", metavar="TEMPLATE", help="With --pipeline: deployed before it."),
]
TemplateOption = Annotated[
    Path | None,
    typer.Option(
        "--pipeline",
        metavar="TEMPLATE",
        help="Your own CloudFormation template, in place of the ticker's.",
    ),
]
CodeOption = Annotated[
    Path | None,
    typer.Option(
        "--code", metavar="FOLDER", help="With --pipeline: where its paths of code begin."
    ),
]
OverridesOption = Annotated[
    str | None,
    typer.Option(
        "--parameter-overrides",
        metavar="'KEY=VALUE ...'",
        help="With --pipeline: values of its parameters, as the AWS CLI takes them.",
    ),
]
ResetOption = Annotated[
    bool, typer.Option("--reset-prices", help="Start again from the assignment's prices.")
]
DeployedNameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="Whose pipeline, as 'First Surname'. Default in a sandbox: the deployed one.",
    ),
]
DeployedFormatOption = Annotated[
    str | None,
    typer.Option("--record-format", metavar="ndjson|original", help="Default: as it is deployed."),
]
ScheduleOption = Annotated[
    bool, typer.Option("--schedule/--no-schedule", help="Whether the rule fires.")
]
