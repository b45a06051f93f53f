"""What a producer is answered: each record by its place, and how many were refused."""

from wavetank.emulator.firehose.responses import batch_accepted


def test_each_refused_record_is_counted_and_has_its_code() -> None:
    """Two of four: the producer sends those two again, and no others."""
    answer = batch_accepted(4, {1: "ServiceUnavailableException", 3: "InternalFailure"})
    assert answer["FailedPutCount"] == 2
    entries = answer["RequestResponses"]
    codes = [entry.get("ErrorCode") for entry in entries]
    assert codes == [None, "ServiceUnavailableException", None, "InternalFailure"]
    assert ["RecordId" in entry for entry in answer["RequestResponses"]] == [
        True,
        False,
        True,
        False,
    ]


def test_a_batch_that_was_taken_whole_has_no_failure() -> None:
    """Every record has an id of its own."""
    answer = batch_accepted(3, {})
    assert answer["FailedPutCount"] == 0
    assert len({entry["RecordId"] for entry in answer["RequestResponses"]}) == 3
