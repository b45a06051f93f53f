"""An environment for tools that the project's own does not hold: made when first asked for, kept.

It stands in the state folder, away from the project's own (its requirements say why), and is made
by uv, as that one is. A stamp is written when it is complete and says what it was made from, so
that one that was interrupted, or is of other versions, is made again.
"""

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from wavetank.core.errors import InfrastructureError
from wavetank.core.private_files import open_private, private_folder
from wavetank.core.settings import Settings
from wavetank.engines.supervised_process import Program, supervised


class ToolEnvironment:
    """A virtual environment with exactly what the requirements pin; `tools` says what that is."""

    def __init__(self, folder: Path, requirements: Path, tools: str) -> None:
        self._folder = folder
        self._tools = tools
        self._requirements = requirements
        self._environment = folder / "environment"
        self._stamp = folder / "made-from"
        self._log_file = folder / "uv.log"
        self.python = self._environment / "bin" / "python"

    def version(self, distribution: str) -> str:
        """Of a package in it.

        Raises:
            InfrastructureError: it is not in there.
        """
        site_packages = [str(path) for path in self._environment.glob("lib/python*/site-packages")]
        for found in metadata.distributions(name=distribution, path=site_packages):
            return found.version
        raise InfrastructureError(
            f"{distribution} in {self._environment}",
            "none",
            f"delete {self._folder} and run this again",
        )

    def require(
        self, find_uv: Callable[[], Path], on_install: Callable[[], None] = lambda: None
    ) -> None:
        """Makes it where it is missing or of other requirements; whoever else does is waited for.

        Raises:
            InfrastructureError: there is no uv, or it could not install.
        """
        private_folder(self._folder)
        with self._locked():
            if not self._is_current():
                on_install()
                self._make(find_uv())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with open_private(self._folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _is_current(self) -> bool:
        made = self._stamp.is_file() and self.python.is_file()
        return made and self._stamp.read_text(encoding="utf-8") == self._recipe()

    def _recipe(self) -> str:
        return (
            f"{self._requirements.read_text(encoding='utf-8')}\n{sys.base_prefix} {sys.version}\n"
        )

    def _make(self, uv: Path) -> None:
        """Bytecode too, or the first start of each peer would be spent on it."""
        self._stamp.unlink(missing_ok=True)
        shutil.rmtree(self._environment, ignore_errors=True)
        self._run(uv, "venv", "--python", sys.executable, str(self._environment))
        install = ("pip", "sync", "--compile-bytecode", "--python", str(self.python))
        self._run(uv, *install, str(self._requirements))
        self._stamp.write_text(self._recipe(), encoding="utf-8")

    def _run(self, uv: Path, *arguments: str) -> None:
        """Away from the project, whose constraints uv would find and obey."""
        program = Program(
            command=[str(uv), "--quiet", *arguments],
            folder=Path(self._folder.anchor),
            log_file=self._log_file,
            variables=None,
            grace_seconds=1.0,
        )
        with supervised(program) as child:
            if not child.wait():
                raise InfrastructureError(
                    f"{self._tools} to install from the package index",
                    child.last_log_lines() or "no word from uv",
                    f"check the network and run this again; uv's own words: {self._log_file}",
                )


def find_uv(settings: Settings) -> Path:
    """The uv that is on the path, or that the launcher installed for itself.

    Raises:
        InfrastructureError: neither runs.
    """
    on_path = shutil.which("uv", path=settings.path)
    own = settings.project_folder / ".wavetank" / "uv" / "bin" / "uv"
    for candidate in (Path(on_path) if on_path else own, own):
        if _runs(candidate):
            return candidate
    raise InfrastructureError(
        "uv, which installs tools", "none that runs", "install uv, then run this again"
    )


def _runs(program: Path) -> bool:
    """A version manager's shim may stand on the path and not run."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0
