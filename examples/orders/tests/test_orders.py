"""The pipeline in virtual time. It is the one that wavetank.toml names."""

import pytest


@pytest.fixture(autouse=True)
def no_piece_vanishes(simulator, items):
    """An invariant of every run: what is not available any more is reserved by an order."""

    def check(result):
        reserved = [each for each in items("Orders") if each["status"] == "reserved"]
        taken = sum(500 - int(each["available"]) for each in items("Stock"))
        assert taken == sum(int(each["quantity"]) for each in reserved)

    simulator.invariant("no piece vanishes", check)


@pytest.mark.scenario("orders")
def test_every_order_is_reserved_and_announced(simulator, items):
    """Without faults, and with orders of one product at the same time."""
    simulator.run().assert_all_valid()
    assert {each["status"] for each in items("Orders")} == {"reserved"}


@pytest.mark.scenario("redelivery")
def test_an_order_that_arrives_twice_counts_once(simulator):
    """The state at the end is compared with that of the same run without the faults."""
    simulator.run().assert_all_valid()


@pytest.mark.scenario("orders")
@pytest.mark.fault("handler-crash", function="Reserve", after="2m", lasts="5m", times=3)
def test_a_crash_reserves_nothing_twice(simulator):
    """The process ends after its first write; SQS delivers the batch again after a minute."""
    simulator.run().assert_all_valid()


def test_what_is_not_there_is_sold_out(simulator, items):
    """The order is stored, and takes nothing."""
    simulator.workload(
        "http",
        "ServerlessHttpApi",
        count=1,
        method="PUT",
        path="/orders/1",
        body={"product": "desk", "quantity": 501},
    )
    simulator.run(minutes=2).assert_all_valid()
    assert [each["status"] for each in items("Orders")] == ["sold out"]


def test_a_request_that_is_no_order_is_refused(simulator):
    """With what is wrong about it."""
    answer = simulator.http("PUT", "/orders/1", body={"product": "desk", "quantity": 0})
    assert answer.status == 400
    assert answer.json() == {"error": "no valid order: a quantity of 0"}
