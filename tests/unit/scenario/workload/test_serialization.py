"""Workloads in scenario files: their keys, and that every mistake has its position."""

from datetime import timedelta
from pathlib import Path

import pytest

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.scenario.loader import with_horizon
from wavetank.scenario.model import Scenario
from wavetank.scenario.parser import parse_scenario
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.scenario.supported_faults import check_supported
from wavetank.scenario.workload.arrivals import Arrival, ArrivalRate
from wavetank.scenario.workload.kinds import InvokeFunction, PutEvents, PutObject, SendMessage

HEAD = 'description = "x"\nhorizon = "1h"\n'
SEND = '[[workload]]\nkind = "send-message"\ntarget = "Orders"\nbody = "x"\n'
MINUTE = timedelta(minutes=1)


def parse(text: str, source: str = "x.toml") -> Scenario:
    """The scenario of the text, as from that file."""
    return parse_scenario("x", HEAD + text, source)


def test_tables_become_workloads() -> None:
    """Every key of a table is found again, and what is left out has its default."""
    text = """
        [[workload]]
        kind = "send-message"
        target = "Orders"
        rate = "6 per minute"
        arrival = "burst"
        burst = 3
        count = 12
        begins = "1m"
        duration = "5m"
        keys = 2
        key = "customer-{{ key }}"
        body = "{{ number }}"
        [[workload]]
        kind = "invoke"
        target = "Function"
        count = 1
    """
    assert parse(text).workloads == (
        SendMessage(
            target="Orders",
            rate=ArrivalRate("6 per minute"),
            arrival=Arrival.BURST,
            burst=3,
            count=12,
            begins=MINUTE,
            duration=5 * MINUTE,
            keys=2,
            key="customer-{{ key }}",
            body="{{ number }}",
        ),
        InvokeFunction(target="Function", count=1),
    )


def test_a_scenario_without_workloads_is_as_before() -> None:
    """Neither its model nor its text has any."""
    scenario = parse("")
    assert scenario.workloads == ()
    assert "workload" not in scenario_to_toml(scenario)


def test_a_written_scenario_is_the_same_again() -> None:
    """With the body of a file in it, as the file may change."""
    workloads = (
        PutObject(target="b", count=1, key='a "quoted" {{ number }}', body='{\n"a": 1}\n'),
        PutEvents(target="default", rate=ArrivalRate("0.5 per day"), body='{"n": {{ number }}}'),
    )
    scenario = Scenario(name="x", description="x", horizon=timedelta(hours=1), workloads=workloads)
    assert parse_scenario("x", scenario_to_toml(scenario), "x.toml") == scenario


def test_a_body_is_read_from_a_file_beside_the_scenario(tmp_path: Path) -> None:
    """As text, with its placeholders."""
    (tmp_path / "order.json").write_text('{"id": {{ number }}}')
    text = SEND.replace('body = "x"', 'body_file = "order.json"\ncount = 1')
    (workload,) = parse(text, str(tmp_path / "x.toml")).workloads
    assert workload.body == '{"id": {{ number }}}'


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("workload = 3", "3:1", "`workload` to be a list of tables"),
        ('[[workload]]\ntarget = "a"', "3:1", "a workload with its `kind`"),
        (SEND.replace("send-message", "send-mesage"), "4:1", "did you mean send-message?"),
        (f"{SEND}cuont = 1", "7:1", "did you mean count?"),
        (f'{SEND}detail_type = "x"', "7:1", "a field of send-message"),
        (SEND, "3:1", "`count` or `rate` of send-message; found neither"),
        (f"{SEND}count = 0", "7:1", "`count` from 1 to"),
        (f'{SEND}count = "1"', "7:1", "`count` to be a whole number"),
        (f'{SEND}rate = "6/m"', "7:1", 'write it as in "6 per minute"'),
        (f'{SEND}rate = "0 per minute"', "7:1", "`rate` to be a number per second"),
        (f'{SEND}rate = "5000 per second"', "7:1", "at most 1000 per second"),
        (f'{SEND}count = 1\narrival = "poisson"', "8:1", "`rate` for arrival = poisson"),
        (f'{SEND}rate = "1 per day"\narrival = "random"', "8:1", "`arrival` to be one of"),
        (f'{SEND}count = 1\nbegins = "1x"', "8:1", "`begins` to be a duration"),
        (f'{SEND}count = 1\nduration = "0s"', "8:1", "`duration` above zero"),
        (f'{SEND}count = 1\nbegins = "1h"', "8:1", "every workload within the horizon of 1h"),
        (f'{SEND}count = 1\nduration = "61m"', "8:1", "send-message that ends after 61m"),
        (
            f'{SEND}count = 1\nbody_file = "y"',
            "8:1",
            "`body_file` and `body_base64`",
        ),
        (
            SEND.replace('body = "x"', 'count = 1\nbody_base64 = "?"'),
            "7:1",
            "in Base64",
        ),
        (
            SEND.replace('body = "x"', 'count = 1\nbody_base64 = "AA=="'),
            "3:1",
            "`body` of send-message to be text; found 1 bytes that are none",
        ),
        (SEND.replace('body = "x"', 'count = 1\nbody_file = "no"'), "7:1", "No such file"),
        (SEND.replace('body = "x"', "count = 1"), "3:1", "`body` of send-message; found none"),
        (f"{SEND.replace('x', '{{ nmber }}')}count = 1", "6:1", "did you mean number?"),
        (f'{SEND}count = 1\nkey = "{{{{ integer(1) }}}}"', "8:1", "{{ integer(1, 100) }}"),
        (SEND.replace("send-message", "put-item") + "count = 1", "6:1", "put-item in JSON"),
        (
            SEND.replace('"x"', '"[]"').replace("send-message", "put-events") + "count = 1",
            "6:1",
            "`body` of put-events to be an object",
        ),
        ('[[workload]]\nkind = "invoke"\ncount = 1', "3:1", "`target` of invoke: a function"),
    ],
)
def test_mistakes_have_positions(text: str, position: str, message: str) -> None:
    """The line of the field, or of the table if the field is missing."""
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert message in str(raised.value)
    assert f"x.toml:{position}" in str(raised.value)


def test_a_shorter_run_must_have_room() -> None:
    """A window that the option --duration would cut is an error."""
    scenario = parse(f'{SEND}count = 1\nbegins = "10m"\nduration = "20m"')
    assert with_horizon(scenario, 30 * MINUTE).horizon == 30 * MINUTE
    with pytest.raises(UsageError, match="give --duration 30m or more"):
        with_horizon(scenario, 29 * MINUTE)


def test_only_the_simulator_sends_workloads() -> None:
    """A live engine refuses the scenario instead of running it without."""
    scenario = parse(f"{SEND}count = 1")
    check_supported(scenario, EngineName.SIMULATOR)
    with pytest.raises(UsageError, match="which embedded does not send; found 1 workload in x"):
        check_supported(scenario, EngineName.EMBEDDED)
