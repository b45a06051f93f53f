"""Results for CI systems: JUnit XML, and GitHub's annotations and job summary."""

from xml.etree import ElementTree as ET

from wavetank.core.findings import Finding, Verdict
from wavetank.reporting.ci_results import (
    ANNOTATIONS_MAX,
    ROWS_MAX,
    CiCase,
    CiOutcome,
    annotations,
    cases_of_run,
    job_summary,
    junit_xml,
)

COMMAND = "./wavetank run calm-day --seed 7"
FINDINGS = (
    Finding("all is kept", Verdict.VALID, "3 records", "conservation"),
    Finding("prices move by 1 %", Verdict.INVALID, "a < b & \x1b[31mc", "walk", "change it"),
    Finding("nothing remains", Verdict.UNKNOWN, "it was cut off", "drained"),
    Finding("order is kept", Verdict.NOT_EXERCISED, "no group", "order"),
)


def _failed(number: int) -> CiCase:
    return CiCase(name=f"seed {number}", outcome=CiOutcome.FAILURE, message="broken: x")


def test_each_invariant_of_a_run_is_a_test_case() -> None:
    """Broken is a failure, undecided an error, and not exercised skipped; each with evidence."""
    written = junit_xml("run", cases_of_run(FINDINGS, COMMAND))
    suite = ET.fromstring(written).find("testsuite")  # noqa: S314 - written by the line above
    assert suite is not None
    assert [suite.get(n) for n in ("tests", "failures", "errors", "skipped")] == list("4111")
    valid, *others = suite.findall("testcase")
    assert (valid.get("name"), len(valid)) == ("conservation", 0)
    results = [case[0] for case in others]
    assert [result.tag for result in results] == ["failure", "error", "skipped"]
    assert results[0].get("message") == "invalid: prices move by 1 %"
    assert results[0].text == f"a < b & \ufffd[31mc\nchange it\nrun it again: {COMMAND}"
    assert results[2].text == "no group"


def test_what_failed_is_an_error_of_githubs_job() -> None:
    """On one line, whose title ends where it should; what passes or was skipped is none."""
    shown = list(annotations("a: b", cases_of_run(FINDINGS, COMMAND)))
    again = f"run it again: {COMMAND}"
    walk = "::error title=a%3A b%3A walk%3A invalid%3A prices move by 1 %25::"
    drained = "::error title=a%3A b%3A drained%3A unknown%3A nothing remains::"
    assert shown == [
        f"{walk}a < b & \x1b[31mc%0Achange it%0A{again}",
        f"{drained}it was cut off%0A{again}",
    ]


def test_github_shows_as_many_errors_as_it_can() -> None:
    """The table of the summary has more, and says how many it leaves out."""
    cases = [_failed(number) for number in range(ROWS_MAX + 5)]
    assert len(list(annotations("campaign", cases))) == ANNOTATIONS_MAX
    summary = job_summary("campaign", cases)
    assert summary.startswith("### wavetank campaign: 105 of 105 cases failed\n")
    assert summary.count("| seed ") == ROWS_MAX
    assert summary.endswith("\nand 5 more\n")


def test_a_table_cell_keeps_what_markdown_would_change() -> None:
    """Separators and HTML in messages are text; a command is code that can be copied."""
    case = CiCase(name="s", outcome=CiOutcome.ERROR, message="a|b <i>\nc", command="run 'a|b'")
    row = job_summary("campaign", [case]).splitlines()[-1]
    assert row == r"| s | a\|b \<i\> c | `run 'a\|b'` |"


def test_a_summary_without_failures_is_a_line() -> None:
    """It shows that all were run."""
    passed = CiCase(name="seed 1", outcome=CiOutcome.PASSED)
    assert job_summary("campaign", [passed]) == "### wavetank campaign: 0 of 1 case failed\n\n"


def test_a_scenario_that_no_file_of_the_repository_has_is_shown() -> None:
    """So that a failing seed of CI can be run elsewhere: its text is in both formats."""
    scenario = 'horizon = "2m"\n# ```\n'
    case = CiCase(name="seed 4", outcome=CiOutcome.FAILURE, message="x", scenario=scenario)
    assert 'horizon = "2m"' in junit_xml("campaign", [case]).decode()
    summary = job_summary("campaign", [case])
    assert "<summary>scenario of seed 4</summary>\n\n````toml\nhorizon" in summary
    assert not any("horizon" in line for line in annotations("campaign", [case]))
