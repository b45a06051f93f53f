"""Probe what owner, function role, another account and anonymous callers can do with a bucket."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from wavetank.aws.clients import AwsClients, ClientError, error_code

PROBE_PREFIX = "wavetank-access-probe/"
"""Objects under this prefix exist only while the probe runs."""
DENIED = frozenset({"AccessDenied", "403"})


class Actor(StrEnum):
    """A caller that tries operations on a bucket."""

    OWNER = "owner"
    OWN_ROLE = "own role"
    OTHER_ACCOUNT = "other account"
    ANONYMOUS = "anonymous"


class Verb(StrEnum):
    """An operation on a bucket that is tried."""

    GET = "GET"
    LIST = "LIST"
    PUT = "PUT"
    DELETE = "DELETE"


READ = frozenset({Verb.GET, Verb.LIST})
EXPECTED: Mapping[Actor, frozenset[Verb]] = {
    Actor.OWNER: frozenset(Verb),
    Actor.OWN_ROLE: READ,
    Actor.OTHER_ACCOUNT: READ,
    Actor.ANONYMOUS: frozenset(),
}
"""The assignment's: readable by any AWS account, writable by none. The role only puts into
Firehose."""


@dataclass(frozen=True)
class AccessMatrix:
    """The operations on a bucket that each actor could perform."""

    allowed: Mapping[Actor, frozenset[Verb]]

    def deviations(self) -> Iterator[str]:
        """The deviations from what the assignment asks, in words."""
        for actor, verb in product(self.allowed, Verb):
            may, should = verb in self.allowed[actor], verb in EXPECTED[actor]
            if may != should:
                hint = (
                    ": its own policies must allow it, too" if actor is Actor.OTHER_ACCOUNT else ""
                )
                yield f"{actor} can {verb}" if may else f"{actor} cannot {verb}{hint}"


def probe_bucket(clients: Mapping[Actor, AwsClients], bucket: str) -> AccessMatrix:
    """Tries every operation as each actor, on a probe object that is deleted afterwards.

    Raises:
        ClientError: an error other than a denial, such as a missing bucket.
    """
    owner = clients[Actor.OWNER]
    allowed = {}
    for actor, aws in clients.items():
        with _object(owner, bucket) as key:  # one for each actor, as DELETE may succeed
            allowed[actor] = frozenset(verb for verb in Verb if _may(aws, verb, bucket, key))
    return AccessMatrix(allowed)


@contextmanager
def _object(owner: AwsClients, bucket: str) -> Iterator[str]:
    key = f"{PROBE_PREFIX}{uuid.uuid4()}"
    owner.s3.put_object(Bucket=bucket, Key=key, Body=b"probe")
    try:
        yield key
    finally:
        owner.s3.delete_object(Bucket=bucket, Key=key)


def _may(aws: AwsClients, verb: Verb, bucket: str, key: str) -> bool:
    try:
        _try(aws, verb, bucket, key)
    except ClientError as error:
        if error_code(error) not in DENIED:
            raise
        return False
    return True


def _try(aws: AwsClients, verb: Verb, bucket: str, key: str) -> None:
    match verb:
        case Verb.GET:
            aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        case Verb.LIST:
            aws.s3.list_objects_v2(Bucket=bucket, MaxKeys=1)
        case Verb.PUT:
            aws.s3.put_object(Bucket=bucket, Key=key, Body=b"probe")
        case Verb.DELETE:
            aws.s3.delete_object(Bucket=bucket, Key=key)
