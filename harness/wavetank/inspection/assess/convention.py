"""The bucket names that persons must have by convention, compared with those of the roster."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.core.naming import BUCKET, Names, derive_names
from wavetank.core.settings import REGION
from wavetank.inspection.assess.roster import Person

REQUIREMENT = "names follow the convention"
KEY = "convention"
BUCKET_FORMS = ("s3://", "arn:aws:s3:::")
STREAM_ARN = re.compile(r"arn:aws:firehose:([a-z0-9-]+):[0-9]{12}:deliverystream/(\S+)")


@dataclass(frozen=True)
class Subject:
    """A person's pipeline to assess.

    `names` is None and `bucket` empty if no names can be derived.
    """

    person: Person
    names: Names | None
    bucket: str
    finding: Finding


def subjects_of(persons: Iterable[Person], prefix: str) -> list[Subject]:
    """The pipelines to assess; two persons who share a bucket both get a finding.

    Raises:
        UsageError: no names can have such a prefix.
    """
    derive_names(
        "Dora", "Explorer", prefix=prefix
    )  # a bad prefix is an error, not each person's finding
    subjects = [_subject(person, prefix) for person in persons]
    lines: dict[str, list[int]] = {}
    for subject in subjects:
        lines.setdefault(subject.bucket, []).append(subject.person.line)
    return [_shared(subject, lines[subject.bucket]) for subject in subjects]


def _subject(person: Person, prefix: str) -> Subject:
    if person.problem:
        return Subject(person, None, "", _invalid(person.problem))
    try:
        names = derive_names(person.first_name, person.surname, prefix=prefix)
        bucket = _given_bucket(person.bucket) or names.bucket
        BUCKET.check(bucket)
    except UsageError as error:
        return Subject(person, None, "", _invalid(str(error)))
    wrong = [*_wrong_bucket(bucket, names), *_wrong_stream(person.stream_arn, names)]
    right = Finding(REQUIREMENT, Verdict.VALID, bucket, KEY)
    return Subject(person, names, bucket, _invalid("; ".join(wrong)) if wrong else right)


def _invalid(evidence: str) -> Finding:
    return Finding(REQUIREMENT, Verdict.INVALID, evidence, KEY)


def _given_bucket(text: str) -> str:
    for form in BUCKET_FORMS:
        text = text.removeprefix(form)
    return text.rstrip("/")


def _wrong_bucket(bucket: str, names: Names) -> list[str]:
    return [] if bucket == names.bucket else [f"the bucket is {bucket}, not {names.bucket}"]


def _wrong_stream(arn: str, names: Names) -> list[str]:
    """By name and region alone: another account may not describe a delivery stream."""
    if not arn:
        return []
    found = STREAM_ARN.fullmatch(arn)
    if found is None:
        return [f"not the ARN of a delivery stream: {arn!r}"]
    region, name = found.groups()
    wrong = [f"the stream is in {region}, not {REGION}"] if region != REGION else []
    if name.lower() != names.delivery_stream.lower():
        wrong.append(f"the stream is {name!r}, not {names.delivery_stream}")
    return wrong


def _shared(subject: Subject, lines: Sequence[int]) -> Subject:
    """A bucket belongs to one person."""
    if not subject.bucket or len(lines) == 1 or subject.finding.verdict is Verdict.INVALID:
        return subject
    others = ", ".join(str(line) for line in lines if line != subject.person.line)
    evidence = f"{subject.bucket}, as in line {others}: whose is it?"
    finding = replace(subject.finding, verdict=Verdict.UNKNOWN, evidence=evidence)
    return replace(subject, finding=finding)
