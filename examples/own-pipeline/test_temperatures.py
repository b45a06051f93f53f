"""What becomes of the temperatures when things go wrong."""

import json

import pytest

from wavetank import AttemptEnded, MessageSent, Outcome


def minutes_of(place, told):
    """For which minutes a temperature of the place was delivered; whoever reads drops copies."""
    records = [json.loads(record) for record in told.delivered]
    return sorted({record["minute"] for record in records if record["place"] == place})


def objects(deployed):
    """What the bucket holds; `deployed` is a simulator or a sandbox."""
    found = deployed.aws.s3.list_objects_v2(Bucket=deployed.name_of("Temperatures"))
    return [entry["Key"] for entry in found.get("Contents", [])]


def test_a_quarter_of_an_hour(simulator):
    """A record for each place and minute."""
    told = simulator.run(minutes=15)
    told.assert_all_valid()
    assert len(told.delivered) == 15 * 2


@pytest.mark.fault("partial-batch-failure", after="2m", lasts="1m", entries=[1])
def test_nothing_is_lost_where_the_stream_takes_only_a_part(simulator):
    """Lambda tries the whole minute again, so that no place misses one."""
    told = simulator.run(minutes=15)
    told.assert_all_valid()
    assert len(minutes_of("Dublin", told)) == 15
    assert len(minutes_of("Galway", told)) == 15


@pytest.mark.fault("broken-deployment", after="5m", lasts="5m")
def test_people_are_told_of_what_is_given_up(simulator):
    """After the third attempt, by e-mail."""
    told = simulator.run(minutes=20)
    told.assert_all_valid()
    assert {message.address for message in told.of(MessageSent)} == {"ops@example.com"}


@pytest.mark.fault("handler-crash", after="1m", lasts="30s")
def test_a_minute_that_failed_is_made_up_for_a_minute_later(simulator, virtual_clock):
    """The test moves the time, and looks around."""
    virtual_clock.advance(seconds=90)
    assert [end.outcome for end in virtual_clock.of(AttemptEnded)] == [Outcome.CRASH]
    assert objects(simulator) == []

    virtual_clock.advance(minutes=2)
    assert [end.outcome for end in virtual_clock.of(AttemptEnded)][1:] == [Outcome.SUCCESS] * 3
    assert len(objects(simulator)) == 1

    virtual_clock.finish().assert_all_valid()


def test_another_place(simulator):
    """The table has one more item when the run begins."""

    def given(aws):
        aws.dynamodb.put_item(TableName=simulator.name_of("Places"), Item={"Name": {"S": "Cork"}})

    told = simulator.run(minutes=5, given=given)
    assert len(minutes_of("Cork", told)) == 5


def test_on_a_live_localstack(sandbox):
    """The same template and the same code, as processes in wall time."""
    sandbox.fire()

    def delivered():
        sandbox.deliver_now()
        return objects(sandbox)

    assert len(sandbox.wait_until(delivered, expected="the temperatures of a minute")) == 1
    assert sandbox.messages() == []
