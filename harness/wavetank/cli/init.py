"""`init`: create a project, with a sample pipeline or for an existing template."""

from pathlib import Path
from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.configuration.project import STACK_NAME, stack_name_form
from wavetank.core.errors import UsageError
from wavetank.core.installation import PROGRAM, clone_folder
from wavetank.core.private_files import users_umask
from wavetank.core.project import CONFIGURATION
from wavetank.deployment.new_project import AdoptedTemplate, adopt_template, create_sample


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Folder of the project. Default: this one.")
    ] = Path(),
    *,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template",
            metavar="TEMPLATE",
            help="A CloudFormation or SAM template, or a template in cdk.out; it is not changed.",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Name of the stack. Default: the folder's."),
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Create a project from a sample: a template, a handler, tests, scenarios, a GitHub workflow.

    With --template it adds wavetank.toml, tests and scenarios to a pipeline that you have. No file
    is overwritten. All commands then read wavetank.toml, which is searched for in the working
    folder and its parents.
    """
    if name is not None and not STACK_NAME.fullmatch(name):
        raise UsageError(stack_name_form(), repr(name), "correct --name")
    target = folder.absolute()
    with users_umask():
        if template is None:
            project = AdoptedTemplate(tuple(create_sample(target, name)), (), ())
        else:
            project = adopt_template(target, template, name)
    output = Output(as_json=as_json)
    files = [path.as_posix() for path in project.files]
    output.emit("project", folder=str(target), files=files, unsimulated=list(project.unsimulated))
    for path in project.files:
        output.say(f"wrote {folder / path}")
    if project.unsimulated:
        output.say(f"not simulated: {'; '.join(project.unsimulated)}")
    package = clone_folder() or PROGRAM  # nothing is published that a clone could be found by
    output.say(f'tests need an extra: pip install "{package}[test]", then python -m pytest')
    enter = "" if folder == Path() else f"cd {folder} && "
    output.say(f"see {folder / CONFIGURATION}, then try: {enter}{_first_commands(project)}")


def _first_commands(project: AdoptedTemplate) -> str:
    """What runs the pipeline: the simulator or, where that lacks a part, a sandbox."""
    if not project.unsimulated:
        return "./wavetank run calm-hour"
    invoke = f" && ./wavetank invoke {project.functions[0]}" if project.functions else ""
    return f"./wavetank up --detach --confirm-emails{invoke} && ./wavetank check"
