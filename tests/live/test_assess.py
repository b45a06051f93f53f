"""A reviewer in another account looks at a class of broken pipelines: `assess`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest

from tests.live.classroom import READ, Learner, Tape, compressed, each, make_all, new_names
from tests.live.hosts import Host
from wavetank.aws.clients import AwsClients, anonymous_clients, sandbox_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import WallClock
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT
from wavetank.inspection.access.bucket_access import PROBE_PREFIX
from wavetank.inspection.assess.access import Reviewer, own_buckets
from wavetank.inspection.assess.assessor import Assessor, Row
from wavetank.inspection.assess.convention import Subject, subjects_of
from wavetank.inspection.assess.deadline import Deadline
from wavetank.inspection.assess.listing import Lister
from wavetank.inspection.assess.roster import Person
from wavetank.inspection.assess.thread_pool import assess_all

MINUTES = 10
STALE = timedelta(days=2)
INVALID, UNKNOWN = "invalid", "unknown"
EXPECTED: dict[str, dict[str, str]] = {
    "ours": {},
    "original text": {},
    "foreign objects": {},
    "a prefix of one's own": {},
    "missing": {"found": INVALID},
    "private": {"readable": INVALID},
    "ACL only": {"readable": INVALID},
    "list only": {"readable": INVALID},
    "get only": {"readable": INVALID},
    "public to anonymous": {"unsigned": INVALID},
    "writable": {"closed": INVALID},
    "writable for ever": {"closed": INVALID},
    "deletable": {"closed": INVALID},
    "empty": {"fresh": INVALID, "readable": UNKNOWN},
    "foreign objects alone": {"fresh": INVALID, "readable": UNKNOWN},
    "stale": {"fresh": INVALID},
    "invalid JSON": {"records": INVALID},
    "binary": {"records": INVALID, "copies": UNKNOWN, "walk": UNKNOWN, "minutes": UNKNOWN},
    "gzip": {"records": INVALID},
    "too large": {"records": INVALID},
    "endless line": {"records": INVALID},
    "endless lines": {"records": INVALID},
    "a ticker missing": {"walk": INVALID},
    "walk too wide": {"walk": INVALID},
    "copies that differ": {"copies": INVALID},
    "a gap": {"minutes": INVALID},
    "just begun": {"minutes": UNKNOWN},
    "another region": {"found": INVALID},
}
"""What of each is not valid; everything else that is looked at is."""


def _learners(now: datetime) -> Iterator[Learner]:
    """The whole class but who is stale."""
    good = Tape(now).bodies()
    last = max(good)

    def one(title: str, bodies: Any = good, **settings: Any) -> Learner:
        return Learner(title, new_names(), bodies, **settings)

    yield one("ours")
    yield one("original text", Tape(now, original=True).bodies())
    yield one("foreign objects", beside={"notes.txt": b"hello", f"{now:%Y/%m/%d/%H/}a": b"b"})
    yield one("a prefix of one's own", root="prices/")
    yield one("private", actions=())
    yield one("ACL only", actions=())
    yield one("list only", actions=["s3:ListBucket"])
    yield one("get only", actions=["s3:GetObject"])
    yield one("public to anonymous", condition=None)
    yield one("writable", actions=[*READ, "s3:PutObject", "s3:DeleteObject"])
    yield one("writable for ever", actions=[*READ, "s3:PutObject"])
    yield one("deletable", actions=[*READ, "s3:DeleteObject"])
    yield one("empty", {})
    yield one("foreign objects alone", {}, beside={"readme.md": b"hello"})
    yield one("invalid JSON", good | {last: good[last] + b'{"ticker": "Index_1", "price": 1}\n'})
    yield one("binary", each(good, lambda _: bytes(range(128, 256))))
    yield one("gzip", compressed(good))
    yield one("too large", good | {now + timedelta(seconds=1): b" " * (2**20 + 1)})
    yield one("endless line", good | {now + timedelta(seconds=1): b"[" * 2**20})
    yield one("endless lines", good | {now + timedelta(seconds=1): b"[\n" * 2**19})
    yield one("a ticker missing", Tape(now, tickers=["Index_1", "Index_2", "Index_4"]).bodies())
    yield one("walk too wide", Tape(now, change=0.03).bodies())
    copy = good[last].replace(b"}", b"1}")
    yield one("copies that differ", good | {last + timedelta(seconds=1): copy})
    yield one("a gap", Tape(now, missing=[4]).bodies())
    yield one("just begun", Tape(now, minutes=3).bodies())
    yield one("another region", region="us-west-2")


@dataclass(frozen=True)
class Classroom:
    """The class, its names by title, and who looks."""

    learners: dict[str, Learner]
    reviewer: Reviewer
    owner: AwsClients

    def assess(self, *titles: str, minutes: int = MINUTES) -> dict[str, Row]:
        """The rows by title."""
        subjects = [
            Person(line=n, first_name=self[title][0], surname=self[title][1])
            for n, title in enumerate(titles, 2)
        ]
        assessor = Assessor(self.reviewer, WallClock(), minutes, None)
        rows = assess_all(subjects_of(subjects, "DE"), assessor.assess)
        return {titles[row.subject.person.line - 2]: row for row in rows}

    def keys_below(self, title: str, prefix: str) -> list[str]:
        """The keys that the bucket's owner sees there."""
        bucket = self.learners[title].names.bucket
        if title == "missing":
            return []
        answer = self.owner.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for entry in answer.get("Contents", [])]

    def __getitem__(self, title: str) -> tuple[str, str]:
        return self.learners[title].person


@pytest.fixture(scope="module")
def classroom(localstack: Host, aws: AwsClients) -> Classroom:
    """All buckets, made once."""
    now = WallClock().now()
    controls = SandboxControls(localstack.endpoint)
    stale = Learner("stale", new_names(), Tape(now - STALE).bodies())
    controls.move_clock(-STALE.total_seconds())
    try:
        stale.make(aws)
    finally:
        controls.reset_clock()
    learners = list(_learners(now))
    make_all(aws, learners)
    acl = next(learner for learner in learners if learner.title == "ACL only")
    aws.s3.put_bucket_ownership_controls(
        Bucket=acl.names.bucket,
        OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
    )
    aws.s3.delete_public_access_block(Bucket=acl.names.bucket)
    aws.s3.put_bucket_acl(Bucket=acl.names.bucket, ACL="authenticated-read")
    absent = Learner("missing", new_names(), {})
    reader = sandbox_clients(localstack.endpoint, SANDBOX_OTHER_ACCOUNT)
    reviewer = Reviewer(reader, anonymous_clients(reader), own_buckets(reader))
    _ = reader.s3, reviewer.anonymous.s3
    return Classroom({one.title: one for one in (*learners, stale, absent)}, reviewer, aws)


@pytest.fixture(scope="module")
def rows(classroom: Classroom) -> dict[str, Row]:
    """All of them, looked at once."""
    return classroom.assess(*EXPECTED)


@pytest.mark.parametrize("title", EXPECTED)
def test_each_is_broken_in_its_own_way(rows: dict[str, Row], title: str) -> None:
    """The defect of each pipeline is reported, and no other."""
    found = {f.key: str(f.verdict) for f in rows[title].findings if f.verdict != "valid"}
    assert found == EXPECTED[title], rows[title].findings


def test_objects_that_were_put_on_trial_are_deleted(
    rows: dict[str, Row], classroom: Classroom
) -> None:
    """No probe's object is left but where it cannot be deleted, and that row says where."""
    assert rows
    left = {title: classroom.keys_below(title, PROBE_PREFIX) for title in EXPECTED}
    (key,) = left.pop("writable for ever")
    assert not any(left.values())
    (finding,) = [f for f in rows["writable for ever"].findings if f.key == "closed"]
    assert key in finding.evidence


def test_what_a_reviewer_needs_to_know_is_in_the_evidence(rows: dict[str, Row]) -> None:
    """Each row has advice for the student, and the foreign object is named but not checked."""

    def evidence(title: str, key: str) -> str:
        return next(f.evidence for f in rows[title].findings if f.key == key)

    assert "us-west-2" in evidence("another region", "found")
    assert "bucket policy" in evidence("list only", "readable")
    assert "LIST and GET" in evidence("public to anonymous", "unsigned")
    assert "gzip" in evidence("gzip", "records")
    assert "missing: Index_3, Index_5" in evidence("a ticker missing", "walk")
    assert "1 hole" in evidence("a gap", "minutes")
    assert "'notes.txt'" in evidence("foreign objects", "readable")
    assert rows["ours"].minutes_covered == MINUTES
    assert rows["a gap"].minutes_covered == MINUTES - 1
    assert (rows["stale"].age_seconds or 0) > STALE.total_seconds()


def test_the_newest_objects_of_many_are_found_in_few_requests(
    localstack: Host, aws: AwsClients
) -> None:
    """However small a page is, no more than the maximum number of pages is read."""
    names = new_names()
    now = WallClock().now()
    old = Tape(now - timedelta(days=400), minutes=40).bodies()
    learner = Learner("much", names, old | Tape(now, minutes=60).bodies())
    learner.make(aws)
    asked = list[str]()
    reader = sandbox_clients(localstack.endpoint, SANDBOX_OTHER_ACCOUNT)
    reader.s3.meta.events.register("before-call.s3", lambda model, **_: asked.append(model.name))
    lister = Lister(reader, names.bucket, Deadline(WallClock(), Event()), page_keys=2)
    listing = lister.newest(now, timedelta(minutes=5))
    assert listing.cut
    assert not listing.began
    assert len(listing.objects) == 6
    assert all(entry.key.startswith(f"{now.year}") for entry in listing.objects)
    assert set(asked) == {"ListObjectsV2"}
    assert len(asked) < 10


def test_the_owner_learns_nothing_about_what_others_may(
    classroom: Classroom, aws: AwsClients
) -> None:
    """A bucket of the assessor's account is not checked by the assessor's own permissions."""
    owner = replace(classroom.reviewer, aws=aws, own_buckets=own_buckets(aws))
    row = replace(classroom, reviewer=owner).assess("ours")["ours"]
    (finding,) = [f for f in row.findings if f.key == "closed"]
    assert finding.verdict == UNKNOWN
    assert "--profile" in finding.evidence


def test_who_stops_gets_what_is_done(classroom: Classroom) -> None:
    """After the first row the others end at their next request, as rows that say so."""
    subjects = [
        Person(line=n, first_name=first, surname=surname)
        for n, (first, surname) in enumerate([classroom["ours"]] * 60)
    ]
    assessor = Assessor(classroom.reviewer, WallClock(), MINUTES, None)
    looked = list[int]()

    def look(subject: Subject, stopping: Event) -> Row:
        looked.append(subject.person.line)
        return assessor.assess(subject, stopping)

    ready = assess_all(subjects_of(subjects, "DE"), look)
    assert next(ready).age_seconds is not None
    ready.close()
    assert len(looked) < len(subjects)
