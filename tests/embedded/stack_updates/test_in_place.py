"""Every update that people make daily: made, rolled back and deleted, as the resource's API shows."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests.embedded.stack_updates.case import GONE, Case
from tests.embedded.stack_updates.stages import Observations, observe_all
from tests.embedded.stack_updates.table import GROUPS
from tests.fidelity.ground import Ground, ground

CASES = [(group, case) for group, cases in GROUPS.items() for case in cases]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A sandbox for all of them."""
    with ground(tmp_path_factory.mktemp("sandbox"), corrected=True) as made:
        yield made


@pytest.fixture(scope="module")
def observed(sandbox: Ground) -> Callable[[str], Observations]:
    """What was seen of a group of cases, which share one stack."""
    return cache(lambda group: observe_all(sandbox, GROUPS[group]))


@pytest.mark.parametrize("group", GROUPS)
def test_each_operation_ends_as_on_aws(observed: Callable[[str], Observations], group: str) -> None:
    """Created, rolled back to what it was, and updated."""
    expected = ("CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE")
    assert observed(group).statuses == expected


@pytest.mark.parametrize(("group", "case"), CASES, ids=lambda it: getattr(it, "name", it))
def test_an_update_changes_the_resource_and_nothing_stays_of_a_failed_one(
    observed: Callable[[str], Observations], group: str, case: Case
) -> None:
    """The API shows the former value, also after a failed update, then the new one, then nothing."""
    seen = observed(group)
    assert seen.created[case.name] == case.seen[0]
    assert seen.rolled_back[case.name] == case.seen[0]
    assert seen.updated[case.name] == case.seen[1]
    assert seen.deleted[case.name] == GONE
    created, rolled_back, updated = (ids[case.name] for ids in seen.ids)
    assert created == rolled_back
    assert (updated != created) == case.is_replaced
