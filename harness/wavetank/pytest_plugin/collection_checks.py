"""Check for faults on tests without a simulator; apart from `marks`, to be quick to import.

A mark of the same name that another plug-in defines is ignored.
"""

import pytest

from wavetank.faults.catalogue import KINDS_BY_NAME


def misplaced_fault(item: pytest.Item) -> str | None:
    """The problem of a test without a simulator; None if it has no fault of Wavetank."""
    for mark in item.iter_markers("fault"):
        if mark.args and str(mark.args[0]) in KINDS_BY_NAME:
            return (
                f"{item.name}: expected a test with faults to have the fixture simulator or "
                "virtual_clock; found neither; add one, or remove the mark"
            )
    return None
