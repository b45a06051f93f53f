"""The commands that the documents tell people to type: every line of every `sh` block.

Each ends with 0, and those of a block that begins with ```sh exit=1 with 1.
"""

import re
import shlex

from tests.rules.source import ROOT
from tests.shell import NO_PROJECT, Finished, finish, run_command

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/docker.md",
    "docs/live-pages.md",
    "docs/notebooks.md",
    "docs/scenarios.md",
    "docs/testing-your-own-pipeline.md",
)
"""Whose commands are typed on a sandbox; those of docs/going-live.md are in tests/live."""
ALL_DOCKER = "docs/docker.md"
SHELL_SYNTAX = frozenset({"||", "&&", "|", ">", "&"})
SHELL = re.compile(r"sh(?: exit=(\d+))?")
BLOCK = re.compile(r"^```([^\n]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(document: str, language: str) -> list[str]:
    """The texts of the document's blocks that begin with this word or words."""
    text = (ROOT / document).read_text()
    return [block for words, block in BLOCK.findall(text) if words == language]


def commands(document: str) -> list[str]:
    """The lines, in their order."""
    return [line for line, _ in _typed(document)]


def exit_codes(document: str) -> dict[str, int]:
    """What each of its lines ends with."""
    return dict(_typed(document))


def _typed(document: str) -> list[tuple[str, int]]:
    text = (ROOT / document).read_text()
    found = [(SHELL.fullmatch(words), block) for words, block in BLOCK.findall(text)]
    return [
        (line, int(shell[1] or 0)) for shell, block in found if shell for line in block.splitlines()
    ]


def docker_commands(document: str) -> list[str]:
    """Those that need a Docker engine."""
    return [line for line in commands(document) if document == ALL_DOCKER or "docker" in line]


def other_commands(document: str) -> list[str]:
    """Those that need none."""
    of_docker = docker_commands(document)
    return [line for line in commands(document) if line not in of_docker]


def run(command: str, variables: dict[str, str]) -> Finished:
    """Types it in the project's folder."""
    variables = {"COMPOSE_PROJECT_NAME": NO_PROJECT, **variables}
    arguments = shlex.split(command)
    if arguments[0] == "./wavetank" and SHELL_SYNTAX.isdisjoint(arguments):
        return run_command(arguments[1:], variables)
    assignments = [f"{name}={value}" for name, value in variables.items()]
    shell = ["env", *assignments, "/bin/sh", "-c", command]
    return finish(shell, ROOT)


def assert_runs(line: str, variables: dict[str, str], code: int = 0) -> None:
    """Types the line, which ends with the code."""
    done = run(line, variables)
    assert done.code == code, f"{line}\n{done.out}\n{done.err}"
