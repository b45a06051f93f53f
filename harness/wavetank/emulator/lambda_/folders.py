"""Folders of files that functions read: their code, AWS's packages, writable folders."""

import os
import tempfile
from pathlib import Path

from wavetank.emulator.settings import read_emulator_settings

PRIVATE_MODE = 0o700


def functions_folder() -> Path:
    """The folder that the engine configured, or the temporary folder."""
    return read_emulator_settings().functions_folder or Path(tempfile.gettempdir())


def code_root() -> Path:
    """The folder in which all code is unpacked."""
    return functions_folder() / "lambda"


def runtime_site() -> Path:
    """The folder of AWS's packages; `build_runtime_site` fills it."""
    return functions_folder() / "lambda-runtime-site"


def mode_for_users(mode: int) -> int:
    """The mode of a folder that functions read; private if they have no users of their own."""
    return mode if os.getuid() == 0 else PRIVATE_MODE
