"""Where LocalStack keeps what functions read: their code, AWS's packages, folders to write in."""

import os
import tempfile
from pathlib import Path

from wavetank.emulator.settings import read_emulator_settings

PRIVATE_MODE = 0o700


def functions_folder() -> Path:
    """The engine's choice, or the temporary folder."""
    return read_emulator_settings().functions_folder or Path(tempfile.gettempdir())


def code_root() -> Path:
    """Where all code is unpacked."""
    return functions_folder() / "lambda"


def runtime_site() -> Path:
    """AWS's packages; `build_runtime_site` fills it."""
    return functions_folder() / "lambda-runtime-site"


def mode_for_users(mode: int) -> int:
    """Of a folder that functions read or pass through: where they have no users, it is private."""
    return mode if os.getuid() == 0 else PRIVATE_MODE
