"""Where functions' users find what is theirs, outside of a state folder that lets no one else in.

As root each function becomes a user of its own. Where there are no namespaces to show it its code,
it has to pass through every folder above it, and those of a clone or a home may be closed. So the
code of functions, and nothing else of a sandbox, is then in a folder of the system's temporary
ones, in which only known names are found.
"""

import hashlib
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from wavetank.core.errors import InfrastructureError

SHARED_FOLDER = Path("/tmp")  # noqa: S108 - everyone may pass, and only root makes what is used
PASSABLE_MODE = 0o711


def functions_folder(sandbox: Path) -> Path | None:
    """Of the sandbox in the folder; None where functions have no users of their own.

    Its name is the sandbox's, so that one that was killed leaves no more than the next one removes.
    """
    if sys.platform != "linux" or os.getuid() != 0:
        return None
    name = hashlib.sha256(os.fsencode(sandbox.resolve())).hexdigest()[:16]
    return SHARED_FOLDER / f"wavetank-functions-{name}"


def make_functions_folder(folder: Path) -> None:
    """Makes it anew, whatever is there.

    Raises:
        InfrastructureError: somebody else makes it at the same time.
    """
    remove_functions_folder(folder)
    try:
        folder.mkdir(0o700)
    except FileExistsError as error:
        raise InfrastructureError(f"{folder} to be free", "it is taken", "remove it") from error
    folder.chmod(PASSABLE_MODE)


def remove_functions_folder(folder: Path) -> None:
    """A link in its place is removed and not followed."""
    with suppress(FileNotFoundError):
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
        else:
            shutil.rmtree(folder)
