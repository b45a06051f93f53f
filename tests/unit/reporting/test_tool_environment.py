"""Tool environments are created from pinned requirements, by a uv that runs."""

from pathlib import Path

import pytest

from benchmarks.peer_servers import REQUIREMENTS as PEERS
from benchmarks.peer_servers import TOOLS
from wavetank.core.errors import InfrastructureError
from wavetank.core.uv_program import find_uv
from wavetank.reporting.analysis.jupyter import REQUIREMENTS as LAB
from wavetank.reporting.analysis.tool_environment import ToolEnvironment

SHIM = "#!/bin/sh\necho 'pyenv: uv: command not found' >&2\nexit 127\n"
RUNS = "#!/bin/sh\nexit 0\n"
NO_PROGRAM = "#!/no/such/interpreter\n"


def _put(file: Path, script: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(script)
    file.chmod(0o755)
    return file


def test_the_uv_on_the_path_is_used(tmp_path: Path) -> None:
    """The user's own precedes the launcher's."""
    uv = _put(tmp_path / "path" / "uv", RUNS)
    _put(tmp_path / "clone" / ".wavetank" / "uv" / "bin" / "uv", RUNS)
    assert find_uv(str(tmp_path / "path"), tmp_path / "clone") == uv


@pytest.mark.parametrize("on_path", [None, SHIM, NO_PROGRAM])
def test_the_launchers_uv_is_used_where_none_on_the_path_runs(
    tmp_path: Path, on_path: str | None
) -> None:
    """A version manager's shim is on the path and does not run."""
    if on_path:
        _put(tmp_path / "path" / "uv", on_path)
    own = _put(tmp_path / "clone" / ".wavetank" / "uv" / "bin" / "uv", RUNS)
    assert find_uv(str(tmp_path / "path"), tmp_path / "clone") == own


@pytest.mark.parametrize("clone", ["clone", None])
def test_no_uv_is_an_error_in_one_line(tmp_path: Path, clone: str | None) -> None:
    """With what to do about it, in a clone and without one."""
    folder = tmp_path / clone if clone else None
    with pytest.raises(InfrastructureError, match="found none that runs; install it"):
        find_uv(str(tmp_path / "path"), folder)


def _pins(requirements: Path) -> dict[str, str]:
    lines = requirements.read_text().splitlines()
    pinned = [line.partition(";")[0].strip() for line in lines if line[:1] not in {"#", ""}]
    return dict(requirement.split("==") for requirement in pinned)


def test_every_requirement_is_one_version() -> None:
    """So that comparisons and notebooks use the same versions a year later."""
    assert {"ministack", "moto"} <= _pins(PEERS).keys()
    assert "moto-ext" not in _pins(PEERS)
    assert "jupyterlab" in _pins(LAB)


def test_a_peer_that_is_not_in_the_environment_is_named(tmp_path: Path) -> None:
    """Rather than measured without a version."""
    with pytest.raises(InfrastructureError, match="expected moto in"):
        ToolEnvironment(tmp_path, PEERS, TOOLS).version("moto")
