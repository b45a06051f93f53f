"""The wheel, built of the files of this clone, without the network."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.rules.source import ROOT, project_files


def build_wheel(folder: Path) -> Path:
    """The wheel, built into the folder from a copy of the clone that is not there afterwards.

    So nothing that is installed from it can find its way back to the clone.
    """
    copy = folder / "copy"
    for name in project_files():
        copied = copy / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*build, str(folder)], cwd=copy, check=True, capture_output=True)
    shutil.rmtree(copy)
    (wheel,) = folder.glob("*.whl")
    return wheel
