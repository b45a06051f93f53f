"""A class whose pipelines are broken in different ways: buckets, policies and objects.

No pipeline is deployed: what a reviewer sees of one is its bucket.
"""

import csv
import gzip
import json
import random
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import floor_to_minute, rfc3339
from wavetank.core.naming import Names, derive_names
from wavetank.ticker.contract import FIRST_PRICES, SAMPLES_PER_TICK

MINUTE = timedelta(minutes=1)
SAMPLE = timedelta(seconds=15)
OBJECT_MINUTES = 5
"""The span of an object, like Firehose's default buffering interval of five minutes."""
OPEN_BLOCK = {
    "BlockPublicAcls": False,
    "IgnorePublicAcls": False,
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}
ACCOUNTS = ["Account", "User", "FederatedUser", "AssumedRole"]
SIGNED = {"StringEquals": {"aws:PrincipalType": ACCOUNTS}}
READ = ("s3:GetObject", "s3:ListBucket")


@dataclass(frozen=True)
class Learner:
    """One of the class; `actions` are what the bucket's policy allows, to whom says `condition`.

    `bodies` are the objects by the minute in which they were delivered; `beside` are others.
    """

    title: str
    names: Names
    bodies: Mapping[datetime, bytes]
    actions: Sequence[str] = READ
    condition: Mapping[str, Any] | None = field(default_factory=lambda: SIGNED)
    region: str = "eu-west-1"
    root: str = ""
    beside: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def person(self) -> tuple[str, str]:
        first, _, surname = self.names.full_name.partition(" ")
        return first, surname

    def make(self, aws: AwsClients) -> None:
        """The bucket and all that is in it."""
        bucket = self.names.bucket
        place: Any = {"LocationConstraint": self.region}
        s3 = aws.session.client("s3", region_name=self.region, endpoint_url=aws.endpoint)
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        if self.actions:
            aws.s3.put_public_access_block(
                Bucket=bucket,
                PublicAccessBlockConfiguration=OPEN_BLOCK,  # type: ignore[arg-type]  # four booleans
            )
            aws.s3.put_bucket_policy(Bucket=bucket, Policy=self._policy())
        for delivered, body in self.bodies.items():
            aws.s3.put_object(Bucket=bucket, Key=self._key(delivered), Body=body)
        for key, body in self.beside.items():
            aws.s3.put_object(Bucket=bucket, Key=key, Body=body)

    def _policy(self) -> str:
        arn = f"arn:aws:s3:::{self.names.bucket}"
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": list(self.actions),
            "Resource": [arn, f"{arn}/*"],
        }
        if self.condition:
            statement["Condition"] = self.condition
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def _key(self, delivered: datetime) -> str:
        name = self.names.delivery_stream
        folder = f"{self.root}{delivered:%Y/%m/%d/%H}"
        return f"{folder}/{name}-1-{delivered:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}"


def new_names() -> Names:
    """A person's whom no other test has, under the assignment's own prefix."""
    letters = unique_letters()
    return derive_names(letters[:6].capitalize(), letters[6:].capitalize())


def make_all(aws: AwsClients, learners: Iterable[Learner]) -> None:
    """Their buckets, several at a time."""
    _ = aws.s3
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda learner: learner.make(aws), learners))


def write_list(path: Path, subjects: Iterable[tuple[str, str]]) -> None:
    """As a spreadsheet writes it where commas are in numbers."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Surname", "Name"])
        writer.writerows((surname, first) for first, surname in subjects)


@dataclass(frozen=True)
class Tape:
    """What a pipeline delivers in a number of minutes up to now, and ways to corrupt it."""

    until: datetime
    minutes: int = 12
    change: float = 0.004
    tickers: Sequence[str] = tuple(first.ticker for first in FIRST_PRICES)
    original: bool = False
    missing: Sequence[int] = ()
    """Minutes before the end that were not made."""

    def records(self) -> Iterator[tuple[datetime, str]]:
        """Each record, and the minute that it is of."""
        draw = random.Random(7)  # noqa: S311 - prices, and no secrets
        prices = dict.fromkeys(self.tickers, 100.0)
        for back in range(self.minutes, 0, -1):
            minute = floor_to_minute(self.until) - back * MINUTE
            for ticker, number in (
                (ticker, number) for ticker in self.tickers for number in range(SAMPLES_PER_TICK)
            ):
                prices[ticker] *= 1 + self.change * draw.choice((-1, 1))
                if back not in self.missing:
                    yield minute, self._text(ticker, minute + number * SAMPLE, prices[ticker])

    def _text(self, ticker: str, instant: datetime, price: float) -> str:
        if self.original:
            shown = instant.replace(tzinfo=None)
            return f"{{ticker : {ticker}, timestamp : {shown}.123456, price : {price}}}"
        record = {"ticker": ticker, "timestamp": rfc3339(instant), "price": price}
        return json.dumps(record) + "\n"

    def bodies(self) -> dict[datetime, bytes]:
        """The objects, by the minute of their delivery."""
        found: dict[datetime, str] = {}
        for minute, text in self.records():
            delivered = minute - timedelta(minutes=minute.minute % OBJECT_MINUTES)
            found[delivered] = found.get(delivered, "") + text
        return {delivered: text.encode() for delivered, text in found.items()}


def each(bodies: Mapping[datetime, bytes], change: Any) -> dict[datetime, bytes]:
    """The same objects, changed."""
    return {delivered: change(body) for delivered, body in bodies.items()}


def compressed(bodies: Mapping[datetime, bytes]) -> dict[datetime, bytes]:
    """The same objects as with GZIP chosen in the stream."""
    return each(bodies, gzip.compress)
