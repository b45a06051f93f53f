"""The pipeline under faults."""

import json

import pytest

from wavetank import AttemptEnded, MessageSent, Outcome


def minutes_of(place, result):
    """The minutes with a delivered temperature of the place, without duplicates."""
    records = [json.loads(record) for record in result.delivered]
    return sorted({record["minute"] for record in records if record["place"] == place})


def objects(deployed):
    """The keys in the bucket; `deployed` is a simulator or a sandbox."""
    found = deployed.aws.s3.list_objects_v2(Bucket=deployed.name_of("Temperatures"))
    return [entry["Key"] for entry in found.get("Contents", [])]


def test_a_quarter_of_an_hour(simulator):
    """A record for each place and minute."""
    result = simulator.run(minutes=15)
    result.assert_all_valid()
    assert len(result.delivered) == 15 * 2


@pytest.mark.fault("partial-batch-failure", after="2m", lasts="1m", entries=[1])
def test_a_partial_failure_loses_no_record(simulator):
    """Lambda retries the whole minute, so no place misses one."""
    result = simulator.run(minutes=15)
    result.assert_all_valid()
    assert len(minutes_of("Dublin", result)) == 15
    assert len(minutes_of("Galway", result)) == 15


@pytest.mark.fault("broken-deployment", after="5m", lasts="5m")
def test_a_failed_minute_is_alerted(simulator):
    """By e-mail, after the third attempt."""
    result = simulator.run(minutes=20)
    result.assert_all_valid()
    assert {message.address for message in result.of(MessageSent)} == {"ops@example.com"}


@pytest.mark.fault("handler-crash", after="1m", lasts="30s")
def test_a_crashed_minute_is_retried_after_a_minute(simulator, virtual_clock):
    """The test advances the time and reads the state in between."""
    virtual_clock.advance(seconds=90)
    assert [end.outcome for end in virtual_clock.of(AttemptEnded)] == [Outcome.CRASH]
    assert objects(simulator) == []

    virtual_clock.advance(minutes=2)
    assert [end.outcome for end in virtual_clock.of(AttemptEnded)][1:] == [Outcome.SUCCESS] * 3
    assert len(objects(simulator)) == 1

    virtual_clock.finish().assert_all_valid()


def test_another_place(simulator):
    """The table has one more item at the start of the run."""

    def add_cork(aws):
        aws.dynamodb.put_item(TableName=simulator.name_of("Places"), Item={"Name": {"S": "Cork"}})

    result = simulator.run(minutes=5, setup=add_cork)
    assert len(minutes_of("Cork", result)) == 5


def test_an_invariant_of_your_own(simulator):
    """It is called with the result of the run; its verdict is listed with the built-in ones."""

    def no_copies(result):
        assert len(set(result.delivered)) == len(result.delivered), "a record is there twice"

    simulator.invariant("no record is delivered twice", no_copies)
    result = simulator.run(minutes=5)
    result.assert_all_valid()
    assert result.verdicts["no record is delivered twice"] == "valid"


def test_on_a_live_localstack(sandbox):
    """The same template and code on LocalStack, in wall time."""
    sandbox.fire()

    def delivered():
        sandbox.deliver_now()
        return objects(sandbox)

    assert len(sandbox.wait_until(delivered, expected="the temperatures of a minute")) == 1
    assert sandbox.messages() == []
