"""Answers of AWS to the requests of preflight, in their documented shapes."""

import json
import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest

from tests.passing import Passing
from tests.pretended_aws import ACCOUNT, Answer, PretendedAws, is_call, pretended_aws
from wavetank.aws.clients import aws_clients
from wavetank.aws.target import Target, TargetKind
from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.core.naming import derive_names
from wavetank.deployment.preflight.outcome import PreflightContext

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NAMES = derive_names("Dora", "Explorer")


def context(*addresses: str) -> PreflightContext:
    """Dora's pipeline is about to be deployed to an account of AWS."""
    target = Target(
        kind=TargetKind.AWS,
        aws=aws_clients(None),
        account=ACCOUNT,
        endpoint=None,
        profile=None,
        pace_seconds=1.0,
    )
    return PreflightContext(target=target, names=NAMES, addresses=addresses, clock=Passing(NOW))


@dataclass
class Aws:
    """Puts answers in AWS's place, with no LocalStack behind them."""

    patch: pytest.MonkeyPatch
    stack: ExitStack = field(default_factory=ExitStack)

    def answers(self, *answers: Answer) -> PretendedAws:
        """From now on."""
        return self.stack.enter_context(pretended_aws(self.patch, None, *answers))


def on(service: str, operation: str, response: HttpResponse) -> Answer:
    """To one operation of a service whose protocol names it."""
    return lambda request: response if is_call(request, service, operation) else None


def at(host: str, method: str, path: str, response: HttpResponse) -> Answer:
    """To a method at a path, both patterns, of a service with a protocol of paths."""

    def answer(request: HttpRequest) -> HttpResponse | None:
        parts = urlsplit(request.url)
        there = re.search(host, parts.hostname or "") and re.fullmatch(path, parts.path or "/")
        return response if there and request.method == method else None

    return answer


def json_answer(body: object, status: int = 200) -> HttpResponse:
    """An answer in JSON."""
    headers = {"Content-Type": "application/json", "Date": format_datetime(NOW, usegmt=True)}
    return HttpResponse(status, headers, json.dumps(body).encode())


def refused(code: str, message: str = "no", status: int = 400) -> HttpResponse:
    """A refusal in JSON."""
    return HttpResponse(
        status,
        {"Content-Type": "application/json", "x-amzn-ErrorType": code},
        json.dumps({"__type": code, "message": message}).encode(),
    )


def xml(body: str, status: int = 200, **headers: str) -> HttpResponse:
    """An answer in XML, as of S3; names of headers are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, {"Content-Type": "text/xml", **named}, body.encode())


def buckets(*names: str) -> Answer:
    """The account's buckets are these."""
    listed = "".join(f"<Bucket><Name>{name}</Name></Bucket>" for name in names)
    body = f"<ListAllMyBucketsResult><Buckets>{listed}</Buckets></ListAllMyBucketsResult>"
    return at(r"^s3\.", "GET", "/", xml(body))
