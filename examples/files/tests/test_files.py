"""The pipeline in virtual time. It is the one that wavetank.toml names."""

import pytest

ROW = "product,pieces,price\ndesk,{pieces},99.5\n"


@pytest.mark.scenario("files")
def test_every_row_is_delivered(simulator):
    """Without faults."""
    simulator.run().assert_all_valid()


@pytest.mark.scenario("refused-records")
def test_refused_records_are_put_again(simulator):
    """The records at the end are compared with those of the same run without the faults."""
    simulator.run().assert_all_valid()


@pytest.mark.fault("late-event", event_source="IngestUploaded", delay="2m", after="0s", lasts="1m")
def test_a_late_event_reads_the_version_that_it_is_about(simulator, sales):
    """A newer file has replaced it in the meantime."""
    for begins, pieces in (("30s", 1), ("60s", 2)):
        simulator.workload(
            "put-object",
            "Uploads",
            count=1,
            begins=begins,
            key="shop.csv",
            body=ROW.format(pieces=pieces),
        )
    result = simulator.run(minutes=5)
    result.assert_all_valid()
    assert [sale["pieces"] for sale in sales(result)] == [1, 2]


@pytest.mark.parametrize(
    ("pieces", "folders"), [("3", {"sales"}), ("0", set()), ("many", {"failed"})]
)
def test_rows_that_are_no_sales_are_not_among_them(simulator, pieces, folders):
    """One without pieces is dropped, and one that cannot be read is set apart."""
    simulator.workload(
        "put-object", "Uploads", count=1, key="shop.csv", body=ROW.format(pieces=pieces)
    )
    simulator.run(minutes=5).assert_all_valid()
    listed = simulator.aws.s3.list_objects_v2(Bucket=simulator.name_of("Archive"))
    found = {each["Key"].partition("/")[0] for each in listed.get("Contents", [])}
    assert found == folders
