"""A folder of functions' code that functions' users can read, outside of the private state folder.

If LocalStack runs as root, each function has a user of its own. Without namespaces, that user has
to pass through every folder above the code, and those of a clone or a home may be closed. So the
code of functions, and nothing else of a sandbox, is then in a folder below the system's temporary
folder, which can be searched but not listed.
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
    """The folder of the sandbox's functions; None if functions have no users of their own.

    Its name is derived from the sandbox's, so the next start removes what a killed sandbox left.
    """
    if sys.platform != "linux" or os.getuid() != 0:
        return None
    name = hashlib.sha256(os.fsencode(sandbox.resolve())).hexdigest()[:16]
    return SHARED_FOLDER / f"wavetank-functions-{name}"


def make_functions_folder(folder: Path) -> None:
    """Create it, replacing anything that exists there.

    Raises:
        InfrastructureError: another process creates it at the same time.
    """
    remove_functions_folder(folder)
    try:
        folder.mkdir(0o700)
    except FileExistsError as error:
        raise InfrastructureError(f"{folder} to be free", "it is taken", "remove it") from error
    folder.chmod(PASSABLE_MODE)


def remove_functions_folder(folder: Path) -> None:
    """Remove the folder, or a link in its place without following it."""
    with suppress(FileNotFoundError):
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
        else:
            shutil.rmtree(folder)
