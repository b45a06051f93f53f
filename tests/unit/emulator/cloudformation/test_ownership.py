"""What a stack created is its own; what was there before is not, whatever its template names."""

from dataclasses import replace

import pytest

from wavetank.emulator.cloudformation.ownership import OwnedResource, ResourceLedger

BUCKET = OwnedResource(
    logical_id="Bucket", resource_type="AWS::S3::Bucket", physical_id="prices", model={}
)
TABLE = OwnedResource(
    logical_id="Table", resource_type="AWS::DynamoDB::Table", physical_id="prices", model={}
)


@pytest.fixture
def ledger() -> ResourceLedger:
    """Of a stack that has created nothing."""
    return ResourceLedger()


def test_what_was_made_is_the_stacks(ledger: ResourceLedger) -> None:
    """It is found by both of its ids, and by its type and name."""
    ledger.record_result(BUCKET, is_made=True)
    assert list(ledger) == [BUCKET]
    assert ledger.find("Bucket", "prices") == BUCKET
    assert ledger.owns("AWS::S3::Bucket", "prices")


def test_what_was_there_before_is_not_the_stacks(ledger: ResourceLedger) -> None:
    """An update of what somebody else created is no reason to delete it one day."""
    ledger.record_result(BUCKET, is_made=False)
    assert list(ledger) == []
    assert not ledger.owns("AWS::S3::Bucket", "prices")


def test_an_update_of_what_the_stack_created_is_noted(ledger: ResourceLedger) -> None:
    """With its new policies, since those decide what becomes of it; and it comes last."""
    ledger.record_result(BUCKET, is_made=True)
    ledger.record_result(TABLE, is_made=True)
    updated = replace(BUCKET, deletion_policy="Retain")
    ledger.record_result(updated, is_made=False)
    assert list(ledger) == [TABLE, updated]


@pytest.mark.parametrize(
    "other",
    [replace(BUCKET, physical_id="another"), replace(BUCKET, logical_id="Other")],
    ids=["of the same resource", "of the same name"],
)
def test_a_resource_like_one_of_the_stacks_is_not_its_own(
    ledger: ResourceLedger, other: OwnedResource
) -> None:
    """Only what has both ids of what was created is that."""
    ledger.record_result(BUCKET, is_made=True)
    ledger.record_result(other, is_made=False)
    assert list(ledger) == [BUCKET]


def test_what_was_replaced_is_still_the_stacks_until_it_is_deleted(ledger: ResourceLedger) -> None:
    """Both are its own, and the one that is no longer used is to be cleaned up."""
    successor = replace(BUCKET, physical_id="another")
    ledger.record_result(BUCKET, is_made=True)
    ledger.record_result(successor, is_made=True)
    assert ledger.unused({"Bucket": "another"}) == [BUCKET]
    ledger.forget(BUCKET)
    assert list(ledger) == [successor]


def test_what_is_no_longer_in_the_template_is_to_be_cleaned_up(ledger: ResourceLedger) -> None:
    """And a name in the template that the stack did not create is not."""
    ledger.record_result(BUCKET, is_made=True)
    ledger.record_result(TABLE, is_made=True)
    assert ledger.unused({"Table": "prices", "Topic": "alerts"}) == [BUCKET]
