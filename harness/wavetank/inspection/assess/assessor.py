"""The assessment of one pipeline, from its name to its findings; an error is a finding too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from wavetank.aws.clients import ClientError, error_code
from wavetank.aws.observers import age_seconds
from wavetank.core.clock import Clock
from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import pluralize
from wavetank.history import RunEnded
from wavetank.inspection.assess.access import (
    READABLE,
    READABLE_KEY,
    Reviewer,
    cannot,
    try_unsigned,
    try_writing,
)
from wavetank.inspection.assess.bucket import REFUSED, find_bucket
from wavetank.inspection.assess.contents import DeliveredContents, Reader
from wavetank.inspection.assess.convention import Subject
from wavetank.inspection.assess.coverage import AHEAD_MAX, Coverage, cover
from wavetank.inspection.assess.deadline import Deadline
from wavetank.inspection.assess.listing import Lister, Listing
from wavetank.inspection.assess.mail import check_alert
from wavetank.inspection.assess.walk import check_walk
from wavetank.invariants.checker import Invariant, check_history
from wavetank.ticker.invariants import IdenticalCopies, ReadableRecords
from wavetank.ticker.invariants.delivered_samples import delivered_samples

FRESH_SECONDS_MAX = 420.0
"""A tick a minute, the five minutes that Firehose buffers by default, one in reserve."""
FRESH, FRESH_KEY = "records keep arriving", "fresh"
RECORDS, RECORDS_KEY = "all records are the ticker's", "records"
COPIES, COPIES_KEY = "copies of a record are identical", "copies"
COMPLETE, COMPLETE_KEY = "everything can be read", "complete"
SHOWN_MAX = 3
SHOWN_CHARACTERS = 200


@dataclass
class Row:
    """The findings of `assess` about one pipeline; None for what could not be measured."""

    subject: Subject
    findings: list[Finding] = field(default_factory=list)
    age_seconds: float | None = None
    minutes_covered: int | None = None
    last_alert: datetime | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of its findings."""
        verdicts = {finding.verdict for finding in self.findings}
        for worst in (Verdict.INVALID, Verdict.UNKNOWN):
            if worst in verdicts:
                return worst
        return Verdict.VALID


@dataclass(frozen=True)
class Assessor:
    """Assesses pipelines, one after the other, with the same settings.

    `minutes` is how far back records are checked; `alerts` are those of a mailbox, None without
    one.
    """

    reviewer: Reviewer
    clock: Clock
    minutes: int
    alerts: Mapping[str, datetime] | None

    def assess(self, subject: Subject, stopping: Event) -> Row:
        """Assesses the pipeline; there is a row whatever happens."""
        row = Row(subject, [subject.finding])
        try:
            if subject.names is not None:
                assessment = _SubjectAssessment(self, row, Deadline(self.clock, stopping))
                row.findings += assessment.alert(subject.names.full_name)
                for finding in assessment.findings():
                    row.findings.append(finding)
        except Exception as error:  # noqa: BLE001 - an error with one bucket must not stop the others
            evidence = f"{type(error).__name__}: {str(error)[:SHOWN_CHARACTERS]!r}"
            row.findings.append(Finding(COMPLETE, Verdict.UNKNOWN, evidence, COMPLETE_KEY))
        return row


@dataclass(frozen=True)
class _SubjectAssessment:
    """The assessment of one bucket; each finding is yielded as soon as it is known."""

    assessor: Assessor
    row: Row
    deadline: Deadline

    @property
    def _bucket(self) -> str:
        return self.row.subject.bucket

    def alert(self, full_name: str) -> Iterator[Finding]:
        if self.assessor.alerts is not None:
            finding, self.row.last_alert = check_alert(self.assessor.alerts, full_name)
            yield finding

    def findings(self) -> Iterator[Finding]:
        reviewer = self.assessor.reviewer
        found = find_bucket(reviewer.aws, self._bucket)
        yield found.finding()
        if not found.exists:
            return
        listing = self._list()
        yield try_writing(reviewer, self._bucket)
        newest = listing.objects[-1] if isinstance(listing, Listing) and listing.objects else None
        yield try_unsigned(reviewer, self._bucket, newest.key if newest else None)
        if isinstance(listing, Finding):
            yield listing
        else:
            yield from self._check_listing(listing)

    def _list(self) -> Listing | Finding:
        """The newest objects, or the finding that the bucket may not be listed."""
        lister = Lister(self.assessor.reviewer.aws, self._bucket, self.deadline)
        try:
            return lister.newest(self.assessor.clock.now(), self._span)
        except ClientError as error:
            if error_code(error) not in REFUSED:
                raise
            return cannot("LIST", error)

    @property
    def _span(self) -> timedelta:
        return timedelta(minutes=self.assessor.minutes)

    def _check_listing(self, listing: Listing) -> Iterator[Finding]:
        others = _others(listing)
        if not listing.objects:
            verdict = Verdict.UNKNOWN if listing.cut else Verdict.INVALID
            yield Finding(
                READABLE, Verdict.UNKNOWN, f"LIST, and nothing to read{others}", READABLE_KEY
            )
            yield Finding(FRESH, verdict, f"no object of a delivery stream{others}", FRESH_KEY)
            return
        newest = listing.objects[-1].modified
        contents = Reader(self.assessor.reviewer.aws, self._bucket, self.deadline).read(
            listing.objects, newest - self._span - AHEAD_MAX
        )
        yield _readable(contents, others)
        yield self._fresh(newest, listing)
        if contents.refused is None:
            yield from self._check_records(listing, contents)

    def _fresh(self, newest: datetime, listing: Listing) -> Finding:
        age = self.row.age_seconds = age_seconds(newest, self.assessor.clock)
        evidence = f"{pluralize(len(listing.objects), 'object')}, the newest {age:.0f} s old"
        if age <= FRESH_SECONDS_MAX:
            return Finding(FRESH, Verdict.VALID, evidence, FRESH_KEY)
        if listing.cut:
            evidence += ", of more than were listed"
            return Finding(FRESH, Verdict.UNKNOWN, evidence, FRESH_KEY)
        return Finding(FRESH, Verdict.INVALID, evidence, FRESH_KEY)

    def _check_records(self, listing: Listing, contents: DeliveredContents) -> Iterator[Finding]:
        yield _records(contents)
        if not contents.deliveries:
            return
        yield _copies(contents)
        samples = [s for entry in contents.deliveries for s in delivered_samples(entry)]
        yield check_walk(samples)
        yield self._minutes(
            cover(
                (sample.instant for sample in samples),
                self.assessor.minutes,
                self.assessor.clock.now(),
                began=listing.began,
            ),
            cut=listing.cut or contents.skipped > 0,
        )

    def _minutes(self, coverage: Coverage, *, cut: bool) -> Finding:
        if coverage.until is not None:
            self.row.minutes_covered = coverage.covered
        return coverage.finding(self.assessor.minutes, cut=cut)


def _others(listing: Listing) -> str:
    """The other keys of the bucket, escaped: a bucket's owner chooses them."""
    if not listing.others:
        return ""
    shown = ", ".join(repr(key[:40]) for key in listing.others[:SHOWN_MAX])
    more = len(listing.others) - SHOWN_MAX
    return f"; besides the deliveries: {shown}" + (f" and {more} more" if more > 0 else "")


def _readable(contents: DeliveredContents, others: str) -> Finding:
    if contents.refused is not None:
        hint = (
            ": listing does not imply reading: that needs a bucket policy with s3:GetObject, since "
            "an ACL of the bucket does not apply to objects that Firehose puts"
        )
        return cannot("LIST allowed, GET", contents.refused, hint)
    evidence = f"LIST and GET{others}"
    return Finding(READABLE, Verdict.VALID, evidence, READABLE_KEY)


def _records(contents: DeliveredContents) -> Finding:
    """The invariant of runs, and the objects that contain no text at all."""
    finding = _check_invariant(ReadableRecords(), contents)
    if not contents.wrong:
        return Finding(RECORDS, finding.verdict, finding.evidence, RECORDS_KEY)
    evidence = str(contents.wrong) + (f"; {finding.evidence}" if contents.deliveries else "")
    return Finding(RECORDS, Verdict.INVALID, evidence, RECORDS_KEY)


def _copies(contents: DeliveredContents) -> Finding:
    finding = _check_invariant(IdenticalCopies(), contents)
    return Finding(COPIES, finding.verdict, finding.evidence, COPIES_KEY)


def _check_invariant(invariant: Invariant, contents: DeliveredContents) -> Finding:
    """Checks an invariant of runs on the contents as if they were a complete run."""
    ended = [RunEnded(entry.at) for entry in contents.deliveries[:1]]
    (finding,) = check_history([*contents.deliveries, *ended], [invariant])
    return finding
