"""Invariants of a test's own: functions that check the result of a run."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.pytest_plugin.result import ScenarioResult

type Problems = str | Iterable[str] | Verdict | None
"""What is wrong, None or nothing if all is well; or a verdict, as `Verdict.NOT_EXERCISED`."""
type Check = Callable[[ScenarioResult], Problems]
"""A check of a run; it may also fail by an assertion."""

PASSED = "no problem found"


def with_custom_findings(result: ScenarioResult, checks: Mapping[str, Check]) -> ScenarioResult:
    """The result with the findings of the checks beside its own; their names are their keys.

    Raises:
        UsageError: an invariant of the pipeline has the same name.
    """
    for name in checks.keys() & result.verdicts.keys():
        raise UsageError(
            "a name that no invariant of the pipeline has", repr(name), "name it otherwise"
        )
    own = [_finding(name, check, result) for name, check in checks.items()]
    return replace(result, findings=(*result.findings, *own))


def _finding(name: str, check: Check, result: ScenarioResult) -> Finding:
    try:
        verdict, evidence = _judged(check(result))
    except AssertionError as error:
        verdict, evidence = Verdict.INVALID, str(error) or "an assertion failed"
    except Exception as error:  # noqa: BLE001 - a defect of a check says nothing about the run
        verdict = Verdict.UNKNOWN
        evidence = f"the check itself failed: {type(error).__name__}: {error}"
    return Finding(name, verdict, evidence, name)


def _judged(problems: Problems) -> tuple[Verdict, str]:
    """The verdict and its evidence.

    Raises:
        TypeError: the check returned something else.
    """
    if isinstance(problems, Verdict):
        return problems, "as the check says"
    if problems is None or isinstance(problems, str):
        texts = [problems] if problems else []
    else:
        texts = list(problems)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"expected texts of what is wrong, found {text!r}")
    return (Verdict.INVALID, "; ".join(texts)) if texts else (Verdict.VALID, PASSED)
