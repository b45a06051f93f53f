"""Finds uv, which installs Python packages."""

import shutil
import subprocess
from pathlib import Path

from wavetank.core.errors import InfrastructureError
from wavetank.core.settings import Settings


def find_uv(settings: Settings) -> Path:
    """The uv that is on the path, or that the launcher installed.

    Raises:
        InfrastructureError: neither runs.
    """
    on_path = shutil.which("uv", path=settings.path)
    own = settings.project_folder / ".wavetank" / "uv" / "bin" / "uv"
    for candidate in (Path(on_path) if on_path else own, own):
        if _runs(candidate):
            return candidate
    raise InfrastructureError(
        "uv, which installs packages", "none that runs", "install uv, then run this again"
    )


def _runs(program: Path) -> bool:
    """A version manager's shim may be on the path and not run."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0
