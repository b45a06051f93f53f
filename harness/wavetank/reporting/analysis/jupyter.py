"""JupyterLab for this host only: installed once, outside the project's environment.

Its kernel is the project's Python, which has polars, altair and this package.
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
PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


@dataclass(frozen=True)
class JupyterLab:
    """A JupyterLab installation; `folder` is its state, `python` that of its environment."""

    folder: Path
    python: Path

    def prepare(self) -> None:
        """Writes the kernel's Python and a configuration without announcements.

        Entries in JUPYTER_PATH precede all others.
        """
        _write(self.folder / "kernels" / "python3" / "kernel.json", KERNEL)
        _write(self.folder / "labconfig" / "page_config.json", PAGE)

    def command(self, notebooks: Path, opened: Path, *, as_root: bool) -> list[str]:
        """The command that starts it; it requires a token, and fetches neither news nor updates."""
        return [
            "env",
            f"JUPYTER_PATH={self.folder}",
            f"JUPYTER_CONFIG_PATH={self.folder}",
            f"JUPYTER_RUNTIME_DIR={self.folder / 'runtime'}",
            str(self.python),
            "-m",
            "jupyterlab",
            f"--ServerApp.ip={LOOPBACK}",
            f"--ServerApp.root_dir={notebooks}",
            "--LabApp.extension_manager=readonly",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            *(["--allow-root"] if as_root else []),
            str(opened),
        ]


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
