"""The units in which the suite is shared out."""

import pytest

from tests.rules.source import ROOT
from tests.units import GOING_LIVE, LONGEST_FIRST, is_needless, rank, unit_of


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/unit/test_a.py::test_b", "tests/unit/test_a.py"),
        ("tests/unit/test_a.py::test_b[docker]", "tests/unit/test_a.py"),
        ("tests/live/test_a.py::test_b[docker]", "live on docker"),
        ("tests/live/test_a.py::test_b[embedded-one-by-one]", "live on embedded"),
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
    files += [f"tests/live/{name}.py" for name in GOING_LIVE]
    assert [file for file in files if not (ROOT / file).exists()] == []
