"""Finds uv, which installs Python packages."""

import shutil
import subprocess
from pathlib import Path

from wavetank.core.errors import InfrastructureError
from wavetank.core.private_files import STATE


def find_uv(path: str, clone: Path | None) -> Path:
    """The uv that is on the search path, or that the launcher installed into the clone.

    Raises:
        InfrastructureError: neither runs.
    """
    on_path = shutil.which("uv", path=path)
    candidates = [Path(on_path)] if on_path else []
    if clone is not None:
        candidates.append(clone / STATE / "uv" / "bin" / "uv")
    for candidate in candidates:
        if _runs(candidate):
            return candidate
    raise InfrastructureError(
        "uv, which installs packages",
        "none that runs",
        "install it (pip install uv), then run this again",
    )


def _runs(program: Path) -> bool:
    """A version manager's shim may be on the path and not run."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0
