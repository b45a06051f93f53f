"""Checks of each function's last invocations since its code or configuration changed."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import Outcome
from wavetank.inspection.sandbox_watcher import attempt_line
from wavetank.inspection.stack_checks.checked_stack import CheckedStack, invalid, valid

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef


def invocations(checked: CheckedStack) -> Iterator[Finding]:
    """One finding for each function: no request has failed at its last attempt."""
    for name, function in checked.functions.items():
        own = [
            attempt
            for attempt in checked.attempts
            if attempt["function"] == function["FunctionName"] and _is_recent(attempt, function)
        ]
        yield _finding(name, own)


def _finding(name: str, attempts: list[dict[str, Any]]) -> Finding:
    requirement = f"recent invocations of {name} succeed"
    last = {attempt["request"]: attempt for attempt in attempts}
    failed = [each for each in last.values() if each["status"] != Outcome.SUCCESS]
    if failed:
        evidence = f"{len(failed)} of {len(last)} failed; the last: {attempt_line(failed[-1])}"
        return invalid(requirement, evidence, f"see ./wavetank logs --function {name}")
    if not last:
        return valid(requirement, "not invoked since it was deployed, so none has failed")
    return valid(requirement, f"{pluralize(len(last), 'request')} succeeded")


def _is_recent(attempt: dict[str, Any], function: "FunctionConfigurationResponseTypeDef") -> bool:
    """Whether it ended after the last change: what failed before may have been corrected."""
    changed = datetime.fromisoformat(function["LastModified"])
    return datetime.fromisoformat(str(attempt["ended"])) >= changed
