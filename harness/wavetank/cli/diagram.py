"""`diagram` draws the architecture of a pipeline from its templates."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wavetank.cli.options import (
    DebugOption,
    EmailOption,
    JsonOption,
    NameOption,
    OverridesOption,
    PrefixOption,
    StorageOption,
    StreamCaseOption,
    SurnameOption,
    TemplateOption,
)
from wavetank.cli.output import Output
from wavetank.configuration.project import project_configuration
from wavetank.core.errors import UsageError
from wavetank.core.naming import (
    DEFAULT_ADDRESS,
    DEFAULT_NAME,
    DEFAULT_PREFIX,
    DEFAULT_STREAM_CASE,
    derive_names,
    person_of,
)
from wavetank.core.settings import read_settings
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.deployment.pipelines.user_pipeline import parse_parameters
from wavetank.reporting.diagram.arrows import read_graph
from wavetank.reporting.diagram.document import write_diagram
from wavetank.reporting.diagram.graph import graph_to_json
from wavetank.reporting.diagram.mermaid import draw_mermaid
from wavetank.reporting.diagram.svg import draw_svg
from wavetank.reporting.diagram.templates import project_scopes, user_scopes
from wavetank.templates.references import TemplateScope


class Format(StrEnum):
    """The output format of `diagram`."""

    SVG = "svg"
    MERMAID = "mermaid"


FormatOption = Annotated[
    Format, typer.Option("--format", help="An SVG image, or a Mermaid flowchart.")
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="File to write; in a Markdown file the flowchart between two comments is replaced. "
        "Default: standard output.",
    ),
]


def diagram(
    *,
    form: FormatOption = Format.SVG,
    to: OutputOption = None,
    name: NameOption = DEFAULT_NAME,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    email: EmailOption = None,
    storage: StorageOption = None,
    template: TemplateOption = None,
    overrides: OverridesOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Draw the architecture from the templates, as SVG or as Mermaid."""
    configuration = project_configuration()
    if template is None and configuration is not None:
        choice = PipelineChoice(storage=storage, overrides=overrides).in_project(configuration)
        template, storage, overrides = choice.template, choice.storage, choice.overrides
    if template is None:
        if storage is not None or overrides is not None:
            found = "--storage" if storage is not None else "--parameter-overrides"
            raise UsageError("--template too", found, "name the template of the rules")
        names = derive_names(
            *person_of(name, surname), prefix=prefix, stream_name_case=stream_name_case
        )
        options = DeploymentOptions(names=names, addresses=tuple(email or (DEFAULT_ADDRESS,)))
        scopes = project_scopes(options, read_settings().shipped_folder)
        title = f"The pipeline of {names.full_name}"
    else:
        scopes = user_scopes(template, storage, dict(parse_parameters(overrides or "")))
        title = f"The pipeline of {template.name}"
    _show(scopes, title, form, to, Output(as_json=as_json))


def _show(
    scopes: tuple[TemplateScope, ...], title: str, form: Format, to: Path | None, output: Output
) -> None:
    graph = read_graph(scopes)
    if not graph.nodes:
        found = "none of them"
        raise UsageError("resources of a pipeline in the template", found, "check --template")
    drawn = draw_svg(graph, title) if form is Format.SVG else draw_mermaid(graph, title)
    output.emit("diagram", title=title, **graph_to_json(graph))
    if to is not None:
        write_diagram(drawn, to, is_flowchart=form is Format.MERMAID)
        output.say(f"{title} is drawn in {to}")
    elif not output.as_json:
        typer.echo(drawn, nl=False)
