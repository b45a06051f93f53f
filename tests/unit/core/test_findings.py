"""From findings to an exit code."""

import pytest

from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, Verdict, exit_code


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([Verdict.VALID], ExitCode.VALID),
        ([Verdict.VALID, Verdict.NOT_EXERCISED], ExitCode.VALID),
        ([Verdict.VALID, Verdict.UNKNOWN], ExitCode.UNKNOWN),
        ([Verdict.UNKNOWN, Verdict.INVALID, Verdict.VALID], ExitCode.BROKEN),
    ],
)
def test_unknown_never_passes_and_broken_outweighs_it(
    verdicts: list[Verdict], code: ExitCode
) -> None:
    """The exit code never claims more than was observed."""
    assert exit_code([Finding("something", verdict, "") for verdict in verdicts]) == code
