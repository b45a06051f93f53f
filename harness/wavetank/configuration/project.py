"""A project's `wavetank.toml`: the templates, code, parameters and scenarios of its pipeline.

    name = "orders"
    template = "template.yaml"

    [parameters]
    Stage = "test"

Paths are relative to the file. Options of a command override the file.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError

from wavetank.configuration.toml_documents import (
    FieldProblem,
    StrictModel,
    nesting_refused,
    parse_toml,
    raise_first,
    schema_problems,
)
from wavetank.core.errors import UsageError
from wavetank.core.project import CONFIGURATION, Project
from wavetank.core.settings import current_project

WHAT = "a configuration"
STACK_NAME_CHARACTERS_MAX = 64
"""Half of what CloudFormation permits, so that nested and generated names have room."""
STACK_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9-]{{0,{STACK_NAME_CHARACTERS_MAX - 1}}}")


def stack_name_form() -> str:
    """What a stack's name consists of, for errors."""
    others = STACK_NAME_CHARACTERS_MAX - 1
    return f"a stack's name: a letter, then at most {others} letters, digits and hyphens"


EXPECTED_VALUES = {
    "code": "the path of a folder",
    "layers": "a table of paths by the layers' ARNs, under a line [layers]",
    "may_differ": """a list of patterns of fields, such as ["*.updated_at"]""",
    "name": stack_name_form(),
    "parameters": "a table of the template's parameters, under a line [parameters]",
    "scenarios": "the path of a folder",
    "seed_data": "the path of a JSON file",
    "storage": "the path of a template",
    "template": "the path of a template",
}
"""The value of each key."""

type RelativePath = Annotated[str, Field(min_length=1)]
type FieldPattern = Annotated[str, Field(pattern=r"^\S*[^\s*?.]\S*$")]
"""A pattern that does not match every field."""
type ParameterValue = StrictStr | StrictInt | StrictFloat | StrictBool


class ConfigurationSchema(StrictModel):
    """The schema of `wavetank.toml`."""

    template: RelativePath
    name: str | None = Field(default=None, pattern=rf"^{STACK_NAME.pattern}$")
    storage: RelativePath | None = None
    code: RelativePath | None = None
    seed_data: RelativePath | None = None
    scenarios: RelativePath = "scenarios"
    may_differ: list[FieldPattern] = Field(default_factory=list)
    parameters: dict[str, ParameterValue] = Field(default_factory=dict)
    layers: dict[str, RelativePath] = Field(default_factory=dict)


@dataclass(frozen=True)
class Configuration:
    """The pipeline that `wavetank.toml` describes; all paths are absolute.

    `template` is deployed as the stack `name`, after `storage`, if there is one. `code` is the
    folder that code paths are relative to; by default each template's own. `seed_data` has the
    first items of tables; by default `seed.json` beside the code. `scenarios` is the folder of
    scenario files. `may_differ` are patterns of fields, such as `*.updated_at`, that may end
    otherwise after a run with faults than without. `layers` are paths of what is in layers of other
    accounts, by the ARN of the layer's version.
    """

    name: str
    template: Path
    storage: Path | None
    code: Path | None
    seed_data: Path | None
    scenarios: Path
    may_differ: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    layers: tuple[tuple[str, Path], ...]


def project_configuration() -> Configuration | None:
    """The configuration of the working folder's project; None without one.

    Raises:
        UsageError: the file has a mistake, or the working folder cannot be read.
    """
    return read_configuration(current_project())


def read_configuration(project: Project) -> Configuration | None:
    """The project's configuration; None if it has no `wavetank.toml`.

    Raises:
        UsageError: the file cannot be read, a key is wrong (with its line), or a path does not
            exist.
    """
    path = project.configuration
    if path is None:
        return None
    return parse_configuration(_text(path), path)


def parse_configuration(text: str, path: Path) -> Configuration:
    """The configuration of that text, with paths relative to the folder of `path`.

    Raises:
        UsageError: as for `read_configuration`.
    """
    source = path.name
    with nesting_refused(source, WHAT):
        document = parse_toml(text, source, WHAT)
        try:
            schema = ConfigurationSchema.model_validate(document)
        except ValidationError as error:
            found = schema_problems(error, {(): ConfigurationSchema}, EXPECTED_VALUES)
            raise_first(_once_per_key(found), text, source)
        if problems := _missing_files(schema, path.parent):
            raise_first(problems, text, source)
    return _configuration(schema, path.parent)


def default_name(folder: Path) -> str:
    """A stack's name from the folder's: `my-orders` for `projects/my orders`."""
    kept = re.sub(r"[^A-Za-z0-9]+", "-", folder.name).strip("-")
    name = kept.lstrip("0123456789-")[:STACK_NAME_CHARACTERS_MAX].rstrip("-")
    return name or "pipeline"


def _configuration(schema: ConfigurationSchema, folder: Path) -> Configuration:
    def below(written: str | None) -> Path | None:
        return None if written is None else folder / written

    return Configuration(
        name=schema.name or default_name(folder),
        template=folder / schema.template,
        storage=below(schema.storage),
        code=below(schema.code),
        seed_data=below(schema.seed_data),
        scenarios=folder / schema.scenarios,
        may_differ=tuple(schema.may_differ),
        parameters=tuple((name, _as_text(value)) for name, value in schema.parameters.items()),
        layers=tuple((arn, folder / written) for arn, written in schema.layers.items()),
    )


def _as_text(value: ParameterValue) -> str:
    """The value as CloudFormation takes parameters: `true`, `1`, `text`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _once_per_key(problems: list[FieldProblem]) -> list[FieldProblem]:
    """One problem for a parameter that is of none of the types that it may be of."""
    by_key = {problem.path[:2]: problem for problem in problems}
    return [
        FieldProblem(path, "parameters to be texts, numbers or booleans", each.found, each.action)
        if path[0] == "parameters" and len(path) > 1
        else each
        for path, each in by_key.items()
    ]


def _missing_files(schema: ConfigurationSchema, folder: Path) -> list[FieldProblem]:
    files = {
        "template": schema.template,
        "storage": schema.storage,
        "seed_data": schema.seed_data,
    }
    folders = {"code": schema.code}
    if "scenarios" in schema.model_fields_set:
        folders["scenarios"] = schema.scenarios
    missing = [
        *((key, written) for key, written in files.items() if not _is_file(folder, written)),
        *((key, written) for key, written in folders.items() if not _is_folder(folder, written)),
    ]
    paths: list[tuple[tuple[str, ...], str | None]] = [((key,), each) for key, each in missing]
    paths += [
        (("layers", arn), written)
        for arn, written in schema.layers.items()
        if not (folder / written).exists()
    ]
    return [
        FieldProblem(
            path,
            f"`{path[0]}` to be {EXPECTED_VALUES[path[0]]}",
            f"none at {written!r}",
            "correct it",
        )
        for path, written in paths
    ]


def _is_file(folder: Path, written: str | None) -> bool:
    return written is None or (folder / written).is_file()


def _is_folder(folder: Path, written: str | None) -> bool:
    return written is None or (folder / written).is_dir()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "not text in UTF-8"
        raise UsageError(
            f"to read {CONFIGURATION}", f"{reason}: {path}", "correct the file"
        ) from error
