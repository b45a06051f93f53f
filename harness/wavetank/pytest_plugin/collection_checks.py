"""Faults on tests that play nothing. Apart from `marks`, since it must be quick to import.

A mark of the same name that somebody else has a meaning for is left alone.
"""

import pytest

from wavetank.faults.catalogue import KINDS_BY_NAME


def misplaced_fault(item: pytest.Item) -> str | None:
    """What is wrong with a test that plays nothing; None where it has no fault of ours."""
    for mark in item.iter_markers("fault"):
        if mark.args and str(mark.args[0]) in KINDS_BY_NAME:
            return (
                f"{item.name}: expected a test with faults to have the fixture simulator or "
                "virtual_clock; found neither; add one, or take the mark away"
            )
    return None
