"""What holds for every test: no way to a real AWS account, and a marker named after its tier."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.units import UnitScheduling, is_needless, rank
from wavetank.engines.tank.engine import prepare

pytest_plugins = ("tests.browser",)

TIERS = {
    "rules": "reads the project's own files",
    "unit": "one module in memory, no sockets",
    "property": "Hypothesis looks for the counter-example, no sockets",
    "tank": "LocalStack in this process, virtual time",
    "live": "one body, run on every live engine: see -m embedded and -m docker",
    "campaign": "worker processes, and a Dask cluster of two on this machine",
    "embedded": "LocalStack as a child process, wall time",
    "fidelity": "AWS's behaviours, looked at with our plug-ins and without",
    "pages": "what people look at, in a headless browser",
    "docker": "needs a Docker engine",
    "security": "attacks on a sandbox, over HTTP and from a headless browser",
}
"""The folders below tests/, by what their tests need to run; each is a marker, as in `-m tank`."""

NIGHTLY = "nightly"
"""The mark of tests that take minutes: they run where `-m` names it, as in `-m nightly`."""

NOWHERE = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BOTO_CONFIG": os.devnull,
}
"""Where the AWS SDK is sent to look for an account."""


def hide_accounts(patch: pytest.MonkeyPatch) -> None:
    """Leaves the AWS SDK nothing of the host's to find: no variable, file or metadata service."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    for name, value in NOWHERE.items():
        patch.setenv(name, value)


def docker_is_demanded() -> bool:
    """Whether a missing Docker is a failure and no reason to skip: WAVETANK_REQUIRE_DOCKER=1."""
    return os.environ.get("WAVETANK_REQUIRE_DOCKER") == "1"


def pytest_configure(config: pytest.Config) -> None:
    """Hides the accounts, and prepares the tank, before any module of the suite is imported."""
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    hide_accounts(patch)
    folder = TemporaryDirectory(prefix="wavetank-tank-")
    config.add_cleanup(folder.cleanup)
    prepare(Path(folder.name))
    for tier, needs in TIERS.items():
        config.addinivalue_line("markers", f"{tier}: {needs}")
    config.addinivalue_line("markers", f"{NIGHTLY}: takes minutes; runs only with -m {NIGHTLY}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks each test with its tier, leaves out what shows nothing new; what is long begins."""
    nightly = NIGHTLY in config.option.markexpr
    needless = [
        item
        for item in items
        if is_needless(item.nodeid) or (item.get_closest_marker(NIGHTLY) and not nightly)
    ]
    if needless:
        config.hook.pytest_deselected(items=needless)
        items[:] = [item for item in items if item not in needless]
    folder = Path(__file__).parent
    for item in items:
        inside = item.path.is_relative_to(folder)
        tier = item.path.relative_to(folder).parts[0] if inside else ""
        if tier in TIERS:
            item.add_marker(tier)
        if tier == "tank":  # LocalStack warns, and is in this process
            item.add_marker(pytest.mark.filterwarnings("ignore"))
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> UnitScheduling | None:
    """Shares the tests out by units, as `./wavetank test` has it; another --dist is xdist's."""
    return UnitScheduling(config, log) if config.option.dist == "loadfile" else None
