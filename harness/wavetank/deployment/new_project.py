"""Files of a new project: a sample pipeline, or what makes a project of an existing template.

Nothing that exists is overwritten: a file that is in the way is named before anything is written.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from wavetank.configuration.project import default_name
from wavetank.core.errors import UsageError
from wavetank.core.installation import shipped_folder
from wavetank.core.project import CONFIGURATION
from wavetank.core.text import pluralize
from wavetank.templates.document import Template, read_document
from wavetank.templates.table_items import SEED_FILE

SAMPLE = Path("examples", "new-project")
"""The sample's folder among the shipped files."""
GENERAL = (
    ".github/workflows/test.yml",
    ".gitignore",
    "requirements-dev.txt",
    "scenarios/calm-hour.toml",
)
"""Files of the sample that fit any pipeline."""
KEPT = frozenset({".gitignore"})
"""Files that a repository usually has already; they are left as they are."""
SAMPLE_NAME = re.compile(r'^name = ".*"$', re.MULTILINE)
TEST = '''"""The pipeline in virtual time. It is the one that wavetank.toml names."""

import pytest


def test_a_quarter_of_an_hour(simulator):
    """Without faults every invariant is valid."""
    simulator.run(minutes=15).assert_all_valid()


@pytest.mark.fault("handler-crash", after="2m", lasts="5m")
def test_a_crash_loses_nothing(simulator):
    """Lambda retries the invocation, or reports it to the failure destination."""
    simulator.run(minutes=20).assert_all_valid()
'''


def create_sample(folder: Path, name: str | None = None) -> list[Path]:
    """Write a sample pipeline with tests and scenarios; returns the files, relative to the folder.

    `name` is that of the stack; by default it is made from the folder's.

    Raises:
        UsageError: one of the files exists.
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


def adopt_template(folder: Path, template: Path, name: str | None = None) -> list[Path]:
    """Write what makes a project of a template; returns the files, relative to the folder.

    Raises:
        UsageError: it is not a template, or one of the files exists.
    """
    read = read_document(template)
    sample = shipped_folder() / SAMPLE
    files = {Path(path): (sample / path).read_text(encoding="utf-8") for path in GENERAL}
    files[Path(CONFIGURATION)] = _configuration(folder, read, name or default_name(folder))
    files[Path("tests", "test_pipeline.py")] = TEST
    return _write(folder, files)


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
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], encoding="utf-8")
    return sorted(new)
