"""The timetable of the rules: each due instant once, and none of a rule that is off or gone."""

from datetime import UTC, datetime, timedelta

import pytest
from localstack.aws.api.events import RuleState
from localstack.services.events.models import Rule, ValidationException

from tests.unit.emulator.recorded_log import record_log
from wavetank.core.clock import WallClock
from wavetank.emulator.events.provider import WavetankEvents
from wavetank.emulator.events.timetable import Timetable, next_due
from wavetank.emulator.target_delivery import planning_errors

NOW = datetime(2026, 11, 24, 10, 3, 27, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _rule(expression: str = "rate(1 minute)", state: RuleState = RuleState.ENABLED) -> Rule:
    return Rule("a-rule", "eu-west-1", "000000000000", expression, state=state)


def _due(timetable: Timetable, rules: list[Rule], now: datetime) -> list[datetime]:
    return [due for _, due in timetable.take_due(rules, now)]


def test_a_rule_fires_a_minute_after_its_creation_and_then_every_minute() -> None:
    """Each due instant once, however often it is looked."""
    timetable, rules = Timetable(), [_rule()]
    looks = [NOW + n * timedelta(seconds=10) for n in range(13)]
    fired = [due for now in looks for due in _due(timetable, rules, now)]
    assert fired == [NOW + MINUTE, NOW + 2 * MINUTE]


def test_a_rule_that_is_off_keeps_its_beat_and_misses_what_was_due() -> None:
    """Switched on again it does not make up for the past."""
    timetable, rule = Timetable(), _rule(state=RuleState.DISABLED)
    assert _due(timetable, [rule], NOW) == []
    assert _due(timetable, [rule], NOW + 3 * MINUTE) == []
    rule.state = RuleState.ENABLED
    assert _due(timetable, [rule], NOW + 3.5 * MINUTE) == []
    assert _due(timetable, [rule], NOW + 4 * MINUTE) == [NOW + 4 * MINUTE]


def test_a_deleted_rule_is_forgotten() -> None:
    """One of the same name counts from its own creation."""
    timetable, rule = Timetable(), _rule()
    assert _due(timetable, [rule], NOW) == []
    assert _due(timetable, [], NOW + MINUTE) == []
    assert _due(timetable, [rule], NOW + 1.5 * MINUTE) == []
    assert _due(timetable, [rule], NOW + 2.5 * MINUTE) == [NOW + 2.5 * MINUTE]


def test_a_new_expression_counts_from_its_change() -> None:
    """As a rule that was created then."""
    timetable = Timetable()
    assert _due(timetable, [_rule()], NOW) == []
    assert _due(timetable, [_rule("rate(5 minutes)")], NOW + MINUTE) == []
    assert _due(timetable, [_rule("rate(5 minutes)")], NOW + 6 * MINUTE) == [NOW + 6 * MINUTE]


def test_after_a_pause_a_rule_fires_once() -> None:
    """What was due while nothing ran is not fired all at once."""
    timetable, rules = Timetable(), [_rule()]
    assert _due(timetable, rules, NOW) == []
    assert _due(timetable, rules, NOW + 10 * MINUTE) == [NOW + MINUTE]
    assert _due(timetable, rules, NOW + 10.5 * MINUTE) == []


def test_cron_is_in_utc() -> None:
    """The next full hour, whatever the machine's time zone."""
    assert next_due("cron(0 * * * ? *)", NOW, NOW) == datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.mark.parametrize("expression", ["cron(0 0 31 2 ? *)", "cron(0 0 ? * 3#0 *)"])
def test_a_rule_that_is_never_due_keeps_no_other_waiting(expression: str) -> None:
    """Whether its days do not exist, or a snapshot brought what PutRule refuses."""
    timetable = Timetable()
    rules = [Rule("never", "eu-west-1", "000000000000", expression), _rule()]
    assert _due(timetable, rules, NOW) == []
    assert _due(timetable, rules, NOW + MINUTE) == [NOW + MINUTE]


def test_a_last_instant_is_fired_once() -> None:
    """After it the rule is never due again."""
    timetable, rules = Timetable(), [_rule("cron(4 10 24 11 ? 2026)")]
    fired = [due for n in range(5) for due in _due(timetable, rules, NOW + n * MINUTE)]
    assert fired == [datetime(2026, 11, 24, 10, 4, tzinfo=UTC)]


def _put(expression: str, event_bus: str = "default") -> str:
    """The expression of the rule that PutRule makes."""
    provider = WavetankEvents(WallClock(), fires=False)
    place = {"region": "eu-west-1", "account_id": "000000000000", "event_bus_name": event_bus}
    service = provider.create_rule_service("a-rule", schedule_expression=expression, **place)
    return str(service.rule.schedule_expression)


@pytest.mark.parametrize(
    "expression", ["rate(5 minutes)", "cron(0 10 * * ? *)", "cron(0 0 1-31/2 * ? 2026-2030/2)"]
)
def test_put_rule_takes_what_aws_takes(expression: str) -> None:
    """Also what LocalStack's own pattern does not know."""
    assert _put(expression) == expression


@pytest.mark.parametrize(
    "expression",
    ["rate(1 minutes)", "rate( 10 minutes )", "cron(0 0 ? * 3#0 *)", "cron(0 24 * * ? *)", "daily"],
)
def test_put_rule_refuses_what_aws_refuses(expression: str) -> None:
    """In AWS's words, also where LocalStack's own pattern lets it through."""
    with pytest.raises(ValidationException) as refused:
        _put(expression)
    assert (refused.value.code, refused.value.message) == (
        "ValidationException",
        "Parameter ScheduleExpression is not valid.",
    )


def test_put_rule_still_refuses_what_localstack_refuses() -> None:
    """A schedule on a custom bus."""
    with pytest.raises(ValidationException, match="only on the default event bus"):
        _put("rate(1 minute)", "a-bus")


def test_a_rule_that_cannot_be_planned_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its error is logged once."""

    def fails_for_hours(expression: str, created: datetime, after: datetime) -> datetime | None:
        if "hour" in expression:
            raise OverflowError
        return next_due(expression, created, after)

    monkeypatch.setattr("wavetank.emulator.events.timetable.next_due", fails_for_hours)
    broken = Rule("broken", "eu-west-1", "000000000000", "rate(1 hour)", state=RuleState.ENABLED)
    log, timetable = record_log(monkeypatch, planning_errors), Timetable()
    for minutes in range(3):
        found = _due(timetable, [broken, _rule()], NOW + minutes * MINUTE)
        assert found == ([NOW + minutes * MINUTE] if minutes else [])
    assert log.levels == ["ERROR"]
