"""JupyterLab on this machine alone: installed once, beside the project, and started there.

It has an environment of its own; the kernel that it starts is the project's Python, which has
polars, altair and this package.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("jupyterlab.txt")
TOOLS = "JupyterLab"
LOOPBACK = "127.0.0.1"
KERNEL = {
    "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "Python 3 (wavetank)",
    "language": "python",
}


@dataclass(frozen=True)
class Lab:
    """One JupyterLab; `folder` is its own, and `python` its environment's."""

    folder: Path
    python: Path

    def prepare(self) -> None:
        """Writes down which Python the kernel is; JUPYTER_PATH comes before every other place."""
        kernel = self.folder / "kernels" / "python3"
        kernel.mkdir(parents=True, exist_ok=True)
        (kernel / "kernel.json").write_text(json.dumps(KERNEL, indent=2), encoding="utf-8")

    def command(self, notebooks: Path, opened: Path, *, as_root: bool) -> list[str]:
        """What starts it; it asks for its token, and asks nobody for news or updates."""
        return [
            "env",
            f"JUPYTER_PATH={self.folder}",
            f"JUPYTER_RUNTIME_DIR={self.folder / 'runtime'}",
            str(self.python),
            "-m",
            "jupyterlab",
            f"--ServerApp.ip={LOOPBACK}",
            f"--ServerApp.root_dir={notebooks}",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            *(["--allow-root"] if as_root else []),
            str(opened),
        ]
