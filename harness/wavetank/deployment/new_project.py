"""Files of a new project: a sample pipeline, or what makes a project of an existing template.

Nothing that exists is overwritten: a file that is in the way is named before anything is written.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.configuration.project import default_name
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.installation import shipped_folder
from wavetank.core.project import CONFIGURATION
from wavetank.core.text import pluralize
from wavetank.deployment.generated_tests import (
    calm_scenario,
    first_activity,
    sandbox_test,
    simulator_test,
)
from wavetank.templates.document import Template, read_document
from wavetank.templates.problems import refuse
from wavetank.templates.stack_tree import StackTree
from wavetank.templates.supported_resources import FUNCTION, unsupported
from wavetank.templates.table_items import SEED_FILE

SAMPLE = Path("examples", "new-project")
"""The sample's folder among the shipped files."""
WORKFLOW = Path(".github", "workflows", "test.yml")
CAMPAIGN_STEP = "      # The cases of seeds.json"
"""The beginning of the workflow's last step, which needs the simulator and a scenario."""
GENERAL = (
    str(WORKFLOW),
    ".gitignore",
    "requirements-dev.txt",
)
"""Files of the sample that fit any pipeline."""
CALM_SCENARIO = "scenarios/calm-hour.toml"
KEPT = frozenset({".gitignore"})
"""Files that a repository usually has already; they are left as they are."""
SAMPLE_NAME = re.compile(r'^name = ".*"$', re.MULTILINE)


@dataclass(frozen=True)
class AdoptedTemplate:
    """The files that were written, relative to the folder.

    `unsimulated` is what the simulator does not support, with its positions; `functions` are the
    logical ids of its functions.
    """

    files: tuple[Path, ...]
    unsimulated: tuple[str, ...]
    functions: tuple[str, ...]


def create_sample(folder: Path, name: str | None = None) -> list[Path]:
    """Write a sample pipeline with tests and scenarios; returns the files, relative to the folder.

    `name` is that of the stack; by default it is made from the folder's.

    Raises:
        UsageError: one of the files exists.
        InfrastructureError: the folder cannot be written to.
    """
    sample = shipped_folder() / SAMPLE
    files = {
        path.relative_to(sample): path.read_text(encoding="utf-8")
        for path in sorted(sample.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    configuration = Path(CONFIGURATION)
    stack = json.dumps(name or default_name(folder))
    files[configuration] = SAMPLE_NAME.sub(f"name = {stack}", files[configuration])
    return _write(folder, files)


def adopt_template(folder: Path, template: Path, name: str | None = None) -> AdoptedTemplate:
    """Write what makes a project of a template.

    Where the simulator lacks a part of it, the tests are for a sandbox, and there is no scenario.

    Raises:
        UsageError: the template has a mistake, or one of the files exists; nothing is written.
        InfrastructureError: the folder cannot be written to.
    """
    tree = StackTree(template, {})
    refuse(list(tree.all_problems()))
    read, sample = read_document(template), shipped_folder() / SAMPLE
    unsimulated, functions = _unsimulated(tree), _functions(tree)
    files = {Path(path): (sample / path).read_text(encoding="utf-8") for path in GENERAL}
    files[Path(CONFIGURATION)] = _configuration(folder, read, name or default_name(folder))
    if unsimulated:
        files[WORKFLOW] = files[WORKFLOW].partition(CAMPAIGN_STEP)[0]
        test = sandbox_test(functions)
    else:
        first = first_activity(tree)
        files[Path(CALM_SCENARIO)] = calm_scenario(first)
        test = simulator_test(first)
    files[Path("tests", "test_pipeline.py")] = test
    return AdoptedTemplate(tuple(_write(folder, files)), unsimulated, functions)


def _unsimulated(tree: StackTree) -> tuple[str, ...]:
    """The resources that the simulator does not support, with their positions."""
    return tuple(problem.found for scope in tree.all_scopes() for problem in unsupported(scope))


def _functions(tree: StackTree) -> tuple[str, ...]:
    """The logical ids of the functions of the template itself."""
    resources = tree.template.section("Resources")
    return tuple(name for name, each in resources.items() if each["Type"] == FUNCTION)


def _configuration(folder: Path, template: Template, name: str) -> str:
    place = _relative(template.path, folder)
    lines = [
        "# The pipeline that every command of Wavetank, and its pytest plug-in, deploys from here.",
        f"name = {json.dumps(name)}",
        f"template = {json.dumps(place)}",
        '# code = "src"  # what code paths are relative to, unless it is the template\'s folder',
        f'# seed_data = "{SEED_FILE}"  # first items of tables: {{"Table": [{{"Id": "1"}}]}}',
        "",
        "[parameters]",
    ]
    for parameter, written in template.section("Parameters").items():
        lines.append(_parameter(parameter, written))
    return "\n".join([*lines, ""])


def _parameter(name: str, written: Mapping[str, object]) -> str:
    """A line for the parameter: commented out where the template has a default."""
    if "Default" in written:
        return f"# {name} = {json.dumps(str(written['Default']))}"
    return f'{name} = ""  # the template has no default'


def _relative(path: Path, folder: Path) -> str:
    try:
        return path.absolute().relative_to(folder.absolute()).as_posix()
    except ValueError:
        return str(path.absolute())


def _write(folder: Path, files: Mapping[Path, str]) -> list[Path]:
    existing = [path for path in files if (folder / path).exists()]
    in_the_way = [path for path in existing if path.name not in KEPT]
    if in_the_way:
        first, *others = sorted(in_the_way)
        more = f" and {pluralize(len(others), 'more file')}" if others else ""
        raise UsageError(
            f"a folder without {first}",
            f"it{more} in {folder}",
            "choose another folder, or move it",
        )
    new = [path for path in files if path not in existing]
    for path in new:
        _write_file(folder / path, files[path])
    return sorted(new)


def _write_file(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InfrastructureError(
            f"to write {target}",
            reason,
            "choose a folder that you can write to",
            sentence=f"{target} cannot be written: {reason}",
        ) from error
