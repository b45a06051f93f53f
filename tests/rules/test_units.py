"""The units in which the suite is shared out."""

import re

import pytest

from tests.rules.source import ROOT
from tests.units import (
    GOING_LIVE,
    LIVE_APART,
    LONGEST_FIRST,
    ON_DOCKER_DAILY,
    REPEATS,
    is_needless,
    is_repeat,
    rank,
    unit_of,
)


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/unit/test_a.py::test_b", "tests/unit/test_a.py"),
        ("tests/unit/test_a.py::test_b[docker]", "tests/unit/test_a.py"),
        ("tests/live/test_a.py::test_b[docker]", "live on docker"),
        ("tests/live/test_a.py::test_b[embedded-one-by-one]", "live on embedded"),
        ("tests/live/test_pages.py::test_b[embedded-390]", "live on embedded, apart"),
        ("tests/live/test_guide.py::test_b[embedded]", "going live"),
    ],
)
def test_a_files_tests_stay_together_and_an_engines_do(nodeid: str, unit: str) -> None:
    """Whoever shares a LocalStack is on the worker that has it."""
    assert unit_of(nodeid) == unit


def test_what_takes_long_begins() -> None:
    """In the order of the list, before all else."""
    first, second, *_ = LONGEST_FIRST
    assert rank(f"{first}::test_a") < rank(f"{second}::test_a") < rank("tests/unit/test_a.py::b")


def test_what_goes_live_is_tried_on_one_engine() -> None:
    """The other engine's half is left out, and nothing else is."""
    assert is_needless("tests/live/test_guide.py::test_b[docker]")
    assert not is_needless("tests/live/test_guide.py::test_b[embedded]")
    assert not is_needless("tests/live/test_firehose.py::test_b[docker]")


def test_the_units_are_there() -> None:
    """A file that was renamed would come last, and everybody would wait for it."""
    files = [unit for unit in LONGEST_FIRST if not unit.startswith(("live on ", "going"))]
    files += [f"tests/live/{name}.py" for name in GOING_LIVE | LIVE_APART]
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_what_repeats_is_left_to_the_night() -> None:
    """Bodies on a second engine are, but for those that only the container can show."""
    assert is_repeat("tests/live/test_firehose.py::test_b[docker]")
    assert not is_repeat("tests/live/test_firehose.py::test_b[embedded]")
    assert not any(is_repeat(f"tests/live/{name}.py::test_b[docker]") for name in ON_DOCKER_DAILY)
    assert all((ROOT / "tests" / "live" / f"{name}.py").exists() for name in ON_DOCKER_DAILY)


def test_what_repeats_names_what_stands_for_it() -> None:
    """The tests and files that are named instead are there."""
    named = [name for why in REPEATS.values() for name in re.findall(r"tests/[\w/.]*\w", why)]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
