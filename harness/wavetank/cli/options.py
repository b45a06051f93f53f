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
        help="Name of the pipeline's owner, 'First Surname'; resources are named after it.",
    ),
]
SurnameOption = Annotated[
    str | None,
    typer.Option(
        "--surname",
        metavar="SURNAME",
        help="The surname, if --name is a first name of several words.",
    ),
]
PrefixOption = Annotated[
    str,
    typer.Option(
        "--prefix",
        metavar="PREFIX",
        help="Prefix of every resource name, such as DE.",
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
    typer.Option("--email", metavar="ADDRESS", help="E-mail address for alerts; can be repeated."),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--record-format",
        metavar="ndjson|original",
        help="Format of the records; original is that of the assignment's script.",
    ),
]
HandlerOption = Annotated[
    Path | None,
    typer.Option(
        "--handler",
        metavar="FILE.py",
        help="Use this script as the streaming function. The simulator runs it with your "
        "permissions; a sandbox isolates it (see ./wavetank status).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of errors.")]
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
        help="URL of a sandbox. Default: the one started from this project.",
    ),
]
AccessOption = Annotated[
    bool,
    typer.Option(
        "--access/--no-access",
        help="Enforce IAM and bucket policies, as on AWS (the default), or do not.",
    ),
]
ConfirmOption = Annotated[
    bool,
    typer.Option(
        "--confirm-emails",
        help="Confirm every address. Default: each must open a link first, as on AWS.",
    ),
]
StorageOption = Annotated[
    Path | None,
    typer.Option(
        "--storage",
        metavar="TEMPLATE",
        help="With --template or wavetank.toml: a template that is deployed first.",
    ),
]
TemplateOption = Annotated[
    Path | None,
    typer.Option(
        "--template",
        metavar="TEMPLATE",
        help="Your CloudFormation, SAM or CDK template. Default: that of wavetank.toml, else the "
        "ticker's.",
    ),
]
CodeOption = Annotated[
    Path | None,
    typer.Option(
        "--code",
        metavar="FOLDER",
        help="With --template or wavetank.toml: the folder that code paths are relative to.",
    ),
]
OverridesOption = Annotated[
    str | None,
    typer.Option(
        "--parameter-overrides",
        metavar="'KEY=VALUE ...'",
        help="With --template or wavetank.toml: parameter values, as for aws cloudformation "
        "deploy.",
    ),
]
DurationOption = Annotated[
    str | None,
    typer.Option(
        "--duration",
        metavar="DURATION",
        help="Virtual time to simulate, such as 30m or 2d. Default: the scenario's horizon.",
    ),
]
ResetOption = Annotated[
    bool, typer.Option("--reset-prices", help="Reset the prices to those of the assignment.")
]
DeployedNameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="Owner of the pipeline, 'First Surname'. Default in a sandbox: the deployed one.",
    ),
]
PipelineNameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="The pipeline, if several are deployed: its stack, or the ticker's owner. Default: "
        "that of wavetank.toml, or the only one.",
    ),
]
FunctionOption = Annotated[
    str | None,
    typer.Option(
        "--function",
        metavar="NAME",
        help="A function, by its logical id in the template or its deployed name.",
    ),
]
DeployedFormatOption = Annotated[
    str | None,
    typer.Option(
        "--record-format",
        metavar="ndjson|original",
        help="Format of the records. Default: unchanged.",
    ),
]
ScheduleOption = Annotated[
    bool,
    typer.Option("--schedule/--no-schedule", help="Enable the rule (the default) or disable it."),
]
