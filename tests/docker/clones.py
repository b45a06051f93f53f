"""Copies of the project, as clones that Compose starts a sandbox from."""

import shutil
from pathlib import Path

from tests.live.hosts import PROJECT
from tests.shell import Finished, finish
from wavetank.engines.compose_project import compose_project_name
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.embedded import any_free_port

COPIED = ("examples", "harness", "init", "lambdas", "scenarios")
FILES = (
    "Dockerfile",
    ".dockerignore",
    "LICENSE",
    "README.md",
    "docker-compose.yml",
    "pyproject.toml",
)


class Clone:
    """A copy of the project, with its own Compose project, used through its own package."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        for part in COPIED:
            shutil.copytree(
                PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        for part in FILES:
            shutil.copy(PROJECT / part, folder / part)
        env = f"COMPOSE_PROJECT_NAME={name}\nWAVETANK_PORT={any_free_port()}\n"
        (folder / ".env").write_text(env, encoding="utf-8")
        self.sandbox = ComposeSandbox(
            folder, compose_project_name(folder, None, folder / ".wavetank")
        )

    def run(self, *command: str) -> Finished:
        """Runs a command of the clone's own code in the clone's folder."""
        return finish(["env", f"PYTHONPATH={self.folder / 'harness'}", *command], self.folder)

    def wavetank(self, *arguments: str) -> Finished:
        """A command of the clone."""
        python = str(PROJECT / ".venv" / "bin" / "python")
        return self.run(python, "-c", "from wavetank.cli.main import run; run()", *arguments)

    def remove(self) -> None:
        """Stops it, and removes what Docker has of it."""
        self.run("docker", "compose", "down", "--volumes", "--rmi", "local", "--timeout", "5")
