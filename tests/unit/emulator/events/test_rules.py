"""What PutRule and PutTargets refuse, and that one rule cannot lose the events of another."""

from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api.events import InvalidEventPatternException, LimitExceededException
from localstack.services.events.models import ValidationException

from wavetank.core.clock import WallClock
from wavetank.emulator.events.provider import WavetankEvents
from wavetank.emulator.events.rules import EmulatedRule, check_target_count, check_targets

QUEUE = "arn:aws:sqs:eu-west-1:000000000000:queue"


@pytest.mark.parametrize("arn", ["nope", "arn:aws:sqs", "arn:aws:quicksight:eu-west-1:0:x"])
def test_a_target_that_cannot_have_a_sender_is_refused(arn: str) -> None:
    """Stored, it would fail each event of the bus."""
    with pytest.raises(ValidationException, match="is not valid"):
        check_targets([{"Id": "1", "Arn": arn}])


def test_a_sixth_target_is_refused() -> None:
    """Targets of the same Id are replaced, and do not count twice."""
    rule: Any = SimpleNamespace(targets=dict.fromkeys("12345"))
    check_target_count(rule, [{"Id": "5"}])
    with pytest.raises(LimitExceededException):
        check_target_count(rule, [{"Id": "6"}])


@pytest.mark.parametrize(
    "pattern",
    ['{"source": "x"}', "{", '{"a": []}', '{"a": [{"zz": 1}]}', "{}", '{"a": ["x"], "b": {}}'],
)
def test_an_invalid_pattern_is_refused_with_the_rule(pattern: str) -> None:
    """Not when the first event arrives."""
    with pytest.raises(InvalidEventPatternException):
        EmulatedRule.create_rule_service("rule", "eu-west-1", "0" * 12, None, pattern)


def test_a_rule_that_fails_loses_no_event_of_another() -> None:
    """All rules of a bus get an event in one thread."""

    class Events(WavetankEvents):
        seen: list[str] = []  # noqa: RUF012 - of this test only

        def _process_rules(self, rule: Any, *_: Any, **__: Any) -> None:
            if rule.arn == "first":
                raise KeyError("no sender")
            self.seen.append(rule.arn)

    names = ("region", "account_id", "event_formatted", "trace_header")
    rules = [SimpleNamespace(arn=arn, event_pattern="{}") for arn in ("first", "second")]
    events = Events(WallClock(), fires=False)
    events._process_rules_async({"rules": rules, **dict.fromkeys(names)})  # noqa: SLF001 - what LocalStack starts for each event
    assert events.seen == ["second"]
