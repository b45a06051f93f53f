"""What holds for every test: no way to a real AWS account, and a marker named after its tier."""

import gc
import os
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.command_server import command_server
from tests.nightly import MARK, RESTART, NightlyParts, is_nightly
from tests.skips import summarize
from tests.units import is_needless, is_repeat, rank, unit_of
from wavetank.aws.service_models import service_models_parsed_once
from wavetank.engines.simulator.startup import prepare

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

pytest_plugins = ("tests.browser",)

TIERS = {
    "rules": "the project's own files",
    "unit": "one module in memory, no sockets",
    "property": "Hypothesis, no sockets",
    "simulator": "LocalStack in this process, virtual time",
    "live": "a running sandbox, once per engine; select one with `-m embedded` or `-m docker`",
    "campaign": "worker processes, and a local Dask cluster",
    "embedded": "LocalStack as a child process, wall time",
    "fidelity": "LocalStack with and without our plug-ins",
    "pages": "a headless browser, for reports and diagrams",
    "docker": "a Docker engine",
    "security": "a sandbox, attacked over HTTP and from a headless browser",
}
"""The folders below tests/ by what their tests use; each is a marker, as in `-m simulator`."""

NOWHERE = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BOTO_CONFIG": os.devnull,
}
"""Where the AWS SDK is sent to look for an account."""


def hide_accounts(patch: pytest.MonkeyPatch) -> None:
    """Leaves the AWS SDK nothing of the host's to find: no variable, file or metadata service."""
    host = os.environ  # noqa: TID251 - hidden, and not read
    for name in [name for name in host if name.startswith("AWS_")]:
        patch.delenv(name)
    for name, value in NOWHERE.items():
        patch.setenv(name, value)


def ignore_the_hosts_speed() -> None:
    """Keeps Hypothesis from failing a test because this machine is slow."""
    usual = settings.get_profile(settings.get_current_profile_name())
    slow = [HealthCheck.too_slow]
    settings.register_profile("any-host", parent=usual, deadline=None, suppress_health_check=slow)
    settings.load_profile("any-host")


def docker_is_demanded() -> bool:
    """Whether a missing Docker is a failure and no reason to skip: WAVETANK_REQUIRE_DOCKER=1."""
    given = os.environ  # noqa: TID251 - whoever runs the suite demands it there
    return given.get("WAVETANK_REQUIRE_DOCKER") == "1"


def pytest_configure(config: pytest.Config) -> None:
    """Hides the accounts and prepares the simulator before any module of the suite is imported."""
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    hide_accounts(patch)
    ignore_the_hosts_speed()
    folder = TemporaryDirectory(prefix="wavetank-simulator-")
    config.add_cleanup(folder.cleanup)
    prepare(Path(folder.name))
    models = ExitStack()
    models.enter_context(service_models_parsed_once())
    config.add_cleanup(models.close)
    for tier, used in TIERS.items():
        config.addinivalue_line("markers", f"{tier}: {used}")
    config.addinivalue_line("markers", f"{MARK}: repeats, or takes long; runs only with -m {MARK}")
    cache: pytest.Cache | None = getattr(config, "cache", None)  # none with -p no:cacheprovider
    if is_nightly(config) and cache is not None:
        parts = NightlyParts(cache, restart=config.getoption(RESTART))
        config.pluginmanager.register(parts, MARK)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Has the garbage collector rest meanwhile, and look at no module or test afterwards."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure() -> None:
    """Ends the commands' server, where one was started.

    pytest then collects five times whatever is left, to hear of what cannot be finalised: here that
    is half a million objects, which one collection has just looked through.
    """
    gc.collect()
    gc.freeze()
    if command_server.cache_info().currsize:
        command_server().close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds what `./wavetank test --nightly --restart` passes on."""
    parser.addoption(
        RESTART, action="store_true", help=f"with -m {MARK}, also run the parts that have passed"
    )


def pytest_terminal_summary(terminalreporter: "TerminalReporter") -> None:
    """Says once for each reason how many tests were skipped."""
    summarize(terminalreporter)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks each test with its tier, leaves out what is not asked for; long tests come first."""
    for item in items:
        _mark(item)
    parts = config.pluginmanager.get_plugin(MARK)
    passed = parts.passed_before if isinstance(parts, NightlyParts) else frozenset[str]()
    left_out = [item for item in items if _is_left_out(item, passed)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not _is_left_out(item, passed)]
    items.sort(key=lambda item: rank(item.nodeid))


def _mark(item: pytest.Item) -> None:
    folder = Path(__file__).parent
    inside = item.path.is_relative_to(folder)
    tier = item.path.relative_to(folder).parts[0] if inside else ""
    if tier in TIERS:
        item.add_marker(tier)
    if tier == "simulator":  # LocalStack warns, and is in this process
        item.add_marker(pytest.mark.filterwarnings("ignore"))
    if is_repeat(item.nodeid):
        item.add_marker(MARK)


def _is_left_out(item: pytest.Item, passed: frozenset[str]) -> bool:
    """Whether it shows nothing new, belongs to another size, or has passed in this nightly run."""
    is_other_size = bool(item.get_closest_marker(MARK)) and not is_nightly(item.config)
    return is_other_size or is_needless(item.nodeid) or unit_of(item.nodeid) in passed


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Shares the tests out by units, as `./wavetank test` has it; another --dist is xdist's."""
    if config.option.dist != "loadfile":
        return None
    from tests.unit_scheduling import UnitScheduling  # noqa: PLC0415 - xdist may be missing

    return UnitScheduling(config, log)
