"""Common updates: made, rolled back and deleted, as the resource's API shows."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.embedded.stack_updates import gateway, wider
from tests.embedded.stack_updates.case import GONE, Case
from tests.embedded.stack_updates.stages import Observations, observe_all
from tests.embedded.stack_updates.table import CASES, GROUPS, NAMES
from tests.fidelity.ground import Ground, ground
from wavetank.engines import localstack_child

STATUSES = ("CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE")


@pytest.fixture(scope="module")
def observed(sandbox: Ground) -> Callable[[str], Observations]:
    """What was seen of a group of cases, which share one stack."""
    return cache(lambda group: observe_all(sandbox, GROUPS[group]))


@pytest.mark.parametrize("group", NAMES)
def test_each_operation_ends_as_on_aws(observed: Callable[[str], Observations], group: str) -> None:
    """Created, rolled back to what it was, and updated."""
    assert observed(group).statuses == STATUSES


@pytest.mark.parametrize(("group", "case"), CASES)
def test_an_update_changes_the_resource_and_nothing_stays_of_a_failed_one(
    observed: Callable[[str], Observations], group: str, case: Case
) -> None:
    """The API shows the former value, after a failed update too, then the new one, then none."""
    assert_as_documented(observed(group), case)


@pytest.mark.nightly
def test_services_outside_a_pipeline_are_updated_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sandbox with more services makes, rolls back and deletes their resources as well."""
    cases = (*wider.CASES, *gateway.CASES)
    services = (*localstack_child.SERVICES, *wider.SERVICES)
    monkeypatch.setattr(localstack_child, "SERVICES", services)
    with ground(tmp_path, corrected=True) as sandbox:
        seen = observe_all(sandbox, cases)
    assert seen.statuses == STATUSES
    for case in cases:
        assert_as_documented(seen, case)


def assert_as_documented(seen: Observations, case: Case) -> None:
    """Fails unless each operation did to the resource what AWS documents."""
    assert seen.created[case.name] == case.seen[0]
    assert seen.rolled_back[case.name] == case.seen[0]
    assert seen.updated[case.name] == case.seen[1]
    assert seen.deleted[case.name] == GONE
    created, rolled_back, updated = (ids[case.name] for ids in seen.ids)
    assert created == rolled_back
    assert (updated != created) == case.is_replaced
