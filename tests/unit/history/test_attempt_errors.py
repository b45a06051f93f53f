"""The errors of functions, as `run` and a failed test show them."""

from tests.pipeline import NOON
from wavetank.history import AttemptEnded, AttemptErrors, Outcome

IMPORT = "Unable to import module 'measure': No module named 'numpi'"


def lines(*ended: tuple[str, Outcome, str, str]) -> tuple[str, ...]:
    """What is said about attempts that ended so."""
    errors = AttemptErrors()
    for number, (function, outcome, kind, message) in enumerate(ended):
        errors.observe(AttemptEnded(NOON, f"request-{number}", function, 1, outcome, kind, message))
    return errors.lines()


def test_an_error_is_named_once_with_its_count() -> None:
    """A handler that cannot be imported fails in every attempt for the same reason."""
    failed = ("Measure", Outcome.ERROR, "Runtime.ImportModuleError", IMPORT)
    said = f"60 attempts of Measure failed: Runtime.ImportModuleError: {IMPORT}"
    assert lines(*[failed] * 60) == (said,)


def test_of_several_errors_the_first_is_named_for_each_function() -> None:
    """The others are in the report; a throttled attempt is no error of the function."""
    assert lines(
        ("Measure", Outcome.ERROR, "KeyError", "'a'"),
        ("Measure", Outcome.ERROR, "KeyError", "'b'"),
        ("Store", Outcome.TIMEOUT, "", ""),
        ("Store", Outcome.SUCCESS, "", ""),
        ("Notify", Outcome.THROTTLED, "", ""),
    ) == (
        "2 attempts of Measure failed, the first: KeyError: 'a'",
        "1 attempt of Store failed: timeout",
    )
