"""Results in the formats of CI systems: JUnit XML, and GitHub's annotations and job summary.

JUnit's format has no specification; this is the part of it that pytest writes and that GitLab,
Jenkins, Azure Pipelines and GitHub's actions read.
[GitHub Actions: Workflow commands; Adding a job summary. XML 1.0, 2.2 Characters]
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree as ET

from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import pluralize

NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ANNOTATIONS_MAX = 10
"""GitHub shows no more of a step's errors."""
FENCE_MIN = 3
"""The fewest backticks around a block of code. [CommonMark 0.31.2, 4.5]"""
ROWS_MAX = 100
"""Of a summary's table: a job's summary is cut off at one MiB."""


class CiOutcome(StrEnum):
    """The outcome of a test case, as its element of JUnit is called; `passed` has none."""

    PASSED = "passed"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


OF_VERDICTS = {
    Verdict.VALID: CiOutcome.PASSED,
    Verdict.INVALID: CiOutcome.FAILURE,
    Verdict.UNKNOWN: CiOutcome.ERROR,
    Verdict.NOT_EXERCISED: CiOutcome.SKIPPED,
}


@dataclass(frozen=True, kw_only=True)
class CiCase:
    """A test case of a CI system: an invariant of a run, or a seed of a campaign.

    `message` is what failed, in a line, `details` has the evidence, and `command` repeats it.
    `scenario` is the text of the scenario file that the command names, if the repository lacks it.
    """

    name: str
    outcome: CiOutcome
    message: str = ""
    details: str = ""
    command: str = ""
    scenario: str = ""

    @property
    def is_failed(self) -> bool:
        """Whether it fails the build."""
        return self.outcome in {CiOutcome.FAILURE, CiOutcome.ERROR}

    @property
    def text(self) -> str:
        """The details, and the command that repeats it."""
        again = f"run it again: {self.command}" if self.command else ""
        return "\n".join(filter(None, (self.details, again)))


def cases_of_run(findings: Sequence[Finding], command: str) -> list[CiCase]:
    """A case for each invariant of a run, which the command repeats."""
    return [
        CiCase(
            name=finding.key or finding.requirement,
            outcome=OF_VERDICTS[finding.verdict],
            message=f"{finding.verdict}: {finding.requirement}",
            details="\n".join(filter(None, (finding.evidence, finding.fix))),
            command=command,
        )
        for finding in findings
    ]


def junit_xml(suite: str, cases: Sequence[CiCase]) -> bytes:
    """The file of a suite with these cases."""
    counts = {
        attribute: str(sum(case.outcome is outcome for case in cases))
        for attribute, outcome in (
            ("failures", CiOutcome.FAILURE),
            ("errors", CiOutcome.ERROR),
            ("skipped", CiOutcome.SKIPPED),
        )
    }
    root = ET.Element("testsuites", {"name": "wavetank"})
    attributes = {"name": suite, "tests": str(len(cases)), **counts}
    of_suite = ET.SubElement(root, "testsuite", attributes)
    for case in cases:
        of_case = ET.SubElement(of_suite, "testcase", classname=f"wavetank.{suite}", name=case.name)
        if case.outcome is CiOutcome.PASSED:
            continue
        result = ET.SubElement(of_case, case.outcome, message=_in_xml(case.message))
        lines = (case.text, case.scenario) if case.is_failed else (case.details,)
        result.text = _in_xml("\n\n".join(filter(None, lines)))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def annotations(suite: str, cases: Sequence[CiCase]) -> Iterator[str]:
    """The lines by which GitHub shows the first failed cases as errors of the job."""
    failed = [case for case in cases if case.is_failed]
    for case in failed[:ANNOTATIONS_MAX]:
        title = f"{suite}: {case.name}: {case.message}"
        yield f"::error title={_in_property(title)}::{_in_data(case.text)}"


def job_summary(suite: str, cases: Sequence[CiCase]) -> str:
    """Markdown with a table of the failed cases, for the page of GitHub's job."""
    failed = [case for case in cases if case.is_failed]
    lines = [f"### wavetank {suite}: {len(failed)} of {pluralize(len(cases), 'case')} failed", ""]
    if failed:
        lines += ["| case | result | run it again |", "|---|---|---|"]
    for case in failed[:ROWS_MAX]:
        lines.append(
            f"| {_in_cell(case.name)} | {_in_cell(case.message)} | {_code(case.command)} |"
        )
    if len(failed) > ROWS_MAX:
        lines += ["", f"and {len(failed) - ROWS_MAX} more"]
    for case in failed[:ANNOTATIONS_MAX]:
        if case.scenario:
            lines += ["", *_collapsed(f"scenario of {case.name}", case.scenario)]
    return "\n".join([*lines, ""])


def _collapsed(title: str, text: str) -> list[str]:
    """The text as a block of code that is shown once its title is clicked."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(FENCE_MIN, longest + 1)
    opening = f"<details><summary>{title}</summary>"
    return [opening, "", f"{fence}toml", text.rstrip(), fence, "", "</details>"]


def _in_xml(text: str) -> str:
    """The text without characters that XML cannot have, such as colours of a terminal."""
    return NOT_IN_XML.sub("\ufffd", text)


def _in_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _in_property(text: str) -> str:
    return _in_data(text).replace(":", "%3A").replace(",", "%2C")


def _in_cell(text: str) -> str:
    """The text on one line, without anything that GitHub takes for Markdown or HTML."""
    line = " ".join(text.split())
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~&@-])", r"\\\1", line)


def _code(command: str) -> str:
    """The command as code, in which only the table's separator has a meaning.

    A shell's quotes keep other characters; a backtick in it takes a longer fence.
    """
    if not command:
        return ""
    fence = "``" if "`" in command else "`"
    return f"{fence}{' '.join(command.split()).replace('|', '\\|')}{fence}"
