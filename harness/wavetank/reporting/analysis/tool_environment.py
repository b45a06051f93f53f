"""An environment for tools outside the project's own: created when first needed, then reused.

It is in the state folder, apart from the project's own (its requirements file says why), and
created by uv. A stamp is written once it is complete and records what it was created from, so that
one that was interrupted, or has other versions, is created again.
"""

import fcntl
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from wavetank.core.errors import InfrastructureError
from wavetank.core.private_files import open_private, private_folder
from wavetank.engines.supervised_process import Program, supervised


class ToolEnvironment:
    """A virtual environment of exactly the pinned requirements; `tools` is its name in messages."""

    def __init__(self, folder: Path, requirements: Path, tools: str) -> None:
        self._folder = folder
        self._tools = tools
        self._requirements = requirements
        self._environment = folder / "environment"
        self._stamp = folder / "made-from"
        self._log_file = folder / "uv.log"
        self.python = self._environment / "bin" / "python"

    def version(self, distribution: str) -> str:
        """The version of a package in it.

        Raises:
            InfrastructureError: it is not installed.
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
        """Creates it if it is missing or has other requirements; waits if another process does so.

        Raises:
            InfrastructureError: uv is missing, or could not install.
        """
        private_folder(self._folder)
        with self._locked():
            if not self._is_current():
                on_install()
                self._make(find_uv())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # Another process may install at the same time.
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
        """Compiles bytecode too, which would otherwise slow down the first start of each tool."""
        self._stamp.unlink(missing_ok=True)
        shutil.rmtree(self._environment, ignore_errors=True)
        self._run(uv, "venv", "--python", sys.executable, str(self._environment))
        install = ("pip", "sync", "--compile-bytecode", "--python", str(self.python))
        self._run(uv, *install, str(self._requirements))
        self._stamp.write_text(self._recipe(), encoding="utf-8")

    def _run(self, uv: Path, *arguments: str) -> None:
        """Runs uv outside the project, whose constraints it would find and apply."""
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
                    child.last_log_lines() or "no output of uv",
                    f"check the network and run this again; uv's output: {self._log_file}",
                )
