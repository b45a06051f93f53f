"""The scenarios of a folder, and those that the project brings along."""

from datetime import timedelta
from pathlib import Path

import pytest

from wavetank.core.durations import duration_text
from wavetank.core.errors import UsageError
from wavetank.faults.catalogue import VIRTUAL_KINDS
from wavetank.scenario.loader import find_scenarios, load_scenario, shipped_scenarios, with_horizon

SHIPPED = Path(__file__).parents[3] / "scenarios"
NAMES = [
    "alert-path-down",
    "broken-deployment",
    "calm-day",
    "crash-between-the-writes",
    "duplicate-ticks",
    "everything-at-once",
    "lost-reply",
    "overlapping-ticks",
    "partial-batch",
    "permission-removed",
    "s3-outage",
    "throttled-table",
    "unconfirmed-address",
]
SHORT = 'description = "x"\nhorizon = "1h"\n'


def test_scenarios_are_listed_by_name() -> None:
    """Every scenario of the project is found, in the order of names."""
    assert [path.stem for path in find_scenarios(SHIPPED)] == NAMES


@pytest.mark.parametrize("path", find_scenarios(SHIPPED), ids=lambda path: path.stem)
def test_shipped_scenario_loads(path: Path) -> None:
    """A scenario of the project has no mistakes and runs on any engine without a host."""
    scenario = load_scenario(path.stem, SHIPPED)
    assert scenario.name == path.stem
    assert bool(scenario.plan.faults) == (path.stem != "calm-day")
    assert not [fault.kind for fault in scenario.plan.faults if type(fault) not in VIRTUAL_KINDS]


@pytest.mark.parametrize("path", find_scenarios(SHIPPED), ids=lambda path: path.stem)
def test_shipped_scenario_is_explained(path: Path) -> None:
    """A scenario of the project begins with an explanation, and is short."""
    lines = path.read_text().splitlines()
    assert lines[0].startswith("# ")
    assert len(lines) <= 100


def test_scenario_is_loaded_by_path(tmp_path: Path) -> None:
    """A file anywhere is a scenario of its own name."""
    (tmp_path / "mine.toml").write_text(SHORT)
    assert load_scenario(str(tmp_path / "mine.toml"), SHIPPED).name == "mine"


def test_without_a_project_init_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing marks a project there are only the ticker's scenarios."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r'no scenario "calm-hour", and no wavetank\.toml.* init'):
        load_scenario("calm-hour", shipped_scenarios())


def test_mistyped_name_is_recognised() -> None:
    """A name that there is not is refused with those that there are, and the nearest."""
    with pytest.raises(UsageError, match=r"s3-outage") as error:
        load_scenario("clam-day", SHIPPED)
    first, detail = str(error.value).splitlines()
    assert first == 'no scenario "clam-day"; did you mean calm-day?'
    assert detail.startswith("expected a scenario of ")


@pytest.mark.parametrize("name", ["", "any", "a/b", "any\0"])
def test_folder_without_scenarios_offers_none(name: str, tmp_path: Path) -> None:
    """Without scenarios, or without the folder, every name is an error."""
    with pytest.raises(UsageError):
        load_scenario(name, tmp_path / "missing")


def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A file that does not exist, is a folder, or is not text is an error with its path."""
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    for name in ("missing.toml", "folder.toml", "bytes.toml"):
        with pytest.raises(UsageError, match=name):
            load_scenario(str(tmp_path / name), SHIPPED)


def test_mistake_names_the_file(tmp_path: Path) -> None:
    """A mistake is reported with the path as it was given."""
    path = tmp_path / "mine.toml"
    path.write_text(SHORT + "sed = 1")
    with pytest.raises(UsageError) as refusal:
        load_scenario(str(path), SHIPPED)
    assert f"{path}:3:1" in refusal.value.found


def test_a_horizon_that_is_too_short_for_a_fault_is_refused() -> None:
    """The message has the shortest horizon that works, which does work."""
    scenario = load_scenario("broken-deployment", SHIPPED)
    last = max(fault.reverted_after for fault in scenario.plan.faults)
    with pytest.raises(UsageError, match=f"give --duration {duration_text(last)} or more"):
        with_horizon(scenario, last - timedelta(minutes=1))
    assert with_horizon(scenario, last).horizon == last
