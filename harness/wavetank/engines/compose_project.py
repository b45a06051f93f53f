"""The Compose project name of a clone, by Compose's own rules.

Compose uses `COMPOSE_PROJECT_NAME` of the environment, otherwise of the folder's `.env`, otherwise
the folder's name in lower case without the characters that a project name cannot have. So `docker
compose up` in the clone creates the project that Wavetank's commands use.
[Compose: project name, environment variables precedence; compose-go: loader.NormalizeProjectName]
"""

import hashlib
import re
from pathlib import Path

from wavetank.core.errors import UsageError

VARIABLE = "COMPOSE_PROJECT_NAME"
VALID = re.compile(r"[a-z0-9][a-z0-9_-]*")
ASSIGNMENT = r"""^\s*(?:export\s+)?{name}\s*[=:]\s*
    (?: '(?P<single>[^']*)' | "(?P<double>[^"]*)" | (?P<bare>.*?) )
    \s*(?:(?<=\s)\#.*)?$"""
HASH_CHARACTERS = 8


def compose_project_name(clone: Path, given: str | None, state_folder: Path) -> str:
    """The name of the project in which the folder's sandbox runs.

    `given` is `COMPOSE_PROJECT_NAME` of the environment. A state folder outside the clone means a
    second sandbox of the clone, which has a project of its own if no name is given.

    Raises:
        UsageError: Compose would refuse the given name, or `.env` cannot be read.
    """
    name = given or assigned_in_env_file(clone, VARIABLE)
    if name:
        return _checked(name)
    if state_folder == clone / ".wavetank":
        return default_project_name(clone)
    return f"{default_project_name(clone)}-{_hash(state_folder)}"


def default_project_name(clone: Path) -> str:
    """Compose's default name for a project in the folder."""
    kept = re.sub(r"[^a-z0-9_-]", "", clone.name.lower()).lstrip("_-")
    return kept or f"wavetank-{_hash(clone)}"


def assigned_in_env_file(clone: Path, name: str) -> str | None:
    """The variable's value in the folder's `.env`; the last one counts, as in Compose.

    None without one.

    Raises:
        UsageError: the file cannot be read.
    """
    path = clone / ".env"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"a readable {path}", str(error), "correct or remove it") from error
    pattern = ASSIGNMENT.format(name=re.escape(name))
    found = list(re.finditer(pattern, text, re.VERBOSE | re.MULTILINE))
    if not found:
        return None
    return found[-1]["single"] or found[-1]["double"] or found[-1]["bare"]


def _checked(name: str) -> str:
    if VALID.fullmatch(name):
        return name
    raise UsageError(
        "a Compose project name of lower-case letters, digits, - and _",
        repr(name),
        f"correct {VARIABLE} in the environment or in .env",
    )


def _hash(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode()).hexdigest()[:HASH_CHARACTERS]
