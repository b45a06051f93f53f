"""Where this installation has its own files: templates, handlers, scenarios, notebooks.

In a clone of the repository they are the folders beside `harness`; in an installed wheel they are
package data. The place of this module alone decides between the two, so an installed wheel never
reads a clone, whatever the working folder is.
"""

import re
from pathlib import Path

from wavetank.core.errors import InfrastructureError, UsageError

PACKAGE = Path(__file__).resolve().parents[1]
SHIPPED = "_shipped"
"""The folder of the package data in a wheel; pyproject.toml puts them there."""
TEMPLATE = Path("init", "pipeline.yaml")
SOURCE = Path("harness", "wavetank", "__init__.py")
LAUNCHER = "./wavetank"
PROGRAM = "wavetank"
TYPED = re.compile(r"(?<![./])\./wavetank(?![\w./-])")
"""The launcher as a command, and not as a part of a path."""


def is_clone(folder: Path) -> bool:
    """Whether the folder is a clone of this repository, or a copy of its folders."""
    return (folder / SOURCE).is_file() and (folder / TEMPLATE).is_file()


def clone_folder() -> Path | None:
    """The clone that this is run from; None for an installed wheel."""
    folder = PACKAGE.parents[1]
    return folder if folder / SOURCE == PACKAGE / SOURCE.name and is_clone(folder) else None


def shipped_folder() -> Path:
    """The folder with `init`, `lambdas`, `notebooks` and `scenarios`.

    Raises:
        InfrastructureError: the installation is not complete.
    """
    folder = clone_folder() or PACKAGE / SHIPPED
    if not (folder / TEMPLATE).is_file():
        raise InfrastructureError(
            f"{TEMPLATE} among the files of this installation",
            f"none in {folder}",
            "install Wavetank again",
        )
    return folder


def require_clone(what: str) -> Path:
    """The clone; `what` needs it, such as `wavetank test`.

    Raises:
        UsageError: this is an installed wheel.
    """
    folder = clone_folder()
    if folder is None:
        raise UsageError(
            f"a clone of Wavetank's repository, which {what} needs",
            f"an installed package in {PACKAGE}",
            "clone the repository and use the launcher in it",
        )
    return folder


def command_name() -> str:
    """How the command is typed: with the launcher's path in a clone, else by its name alone."""
    return LAUNCHER if clone_folder() else PROGRAM


def as_typed(text: str) -> str:
    """The text with `./wavetank`, as messages write the command, as it is typed here."""
    return text if clone_folder() else TYPED.sub(PROGRAM, text)
