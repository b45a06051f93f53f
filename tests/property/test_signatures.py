"""Signatures that botocore makes are verified, and no byte of what they cover can be changed."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import (
    HmacV1Auth,
    HmacV1PostAuth,
    HmacV1QueryAuth,
    S3SigV4Auth,
    S3SigV4PostAuth,
    S3SigV4QueryAuth,
    SigV4Auth,
    SigV4QueryAuth,
)
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import example, given
from hypothesis import strategies as st

from wavetank.emulator.signatures.carriers import claim_of_header, claim_of_query
from wavetank.emulator.signatures.claim import Claim
from wavetank.emulator.signatures.form import claim_of_form
from wavetank.emulator.signatures.message import HttpMessage, make_message
from wavetank.emulator.signatures.refusal import RefusedSignatureError
from wavetank.emulator.signatures.verification import (
    SignedRequest,
    check_expiry,
    check_signature,
    check_signed_headers,
)

HOST = "127.0.0.1:4566"
SECRET = "secret/+key"
FORM_TIME = datetime(2030, 1, 1, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
segments = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), max_size=8)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
methods = st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"])
regions = st.sampled_from(["eu-west-1", "us-east-1", "us-gov-west-1"])
services = st.sampled_from(["dynamodb", "lambda", "sts", "sns", "logs", "execute-api"])


@dataclass(frozen=True)
class Plan:
    """A request to sign."""

    method: str
    segments: list[str]
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    region: str
    service: str
    token: str | None

    @property
    def url(self) -> str:
        path = quote("/" + "/".join(self.segments), safe="/~")
        query = "&".join(
            f"{quote(name, safe='~')}={quote(value, safe='~')}"
            for name, value in sorted(self.parameters.items())
        )
        return f"http://{HOST}{path}" + (f"?{query}" if query else "")

    def request(self) -> AWSRequest:
        """As botocore has it before it signs."""
        request = AWSRequest(method=self.method, url=self.url, data=self.body)
        for name, value in self.headers.items():
            request.headers[name] = value
        return request

    def credentials(self) -> Credentials:
        return Credentials("LKIAEXAMPLEEXAMPLE00", SECRET, self.token)


plans = st.builds(
    Plan,
    method=methods,
    segments=st.lists(segments, max_size=4),
    parameters=st.dictionaries(texts.filter(bool), texts, max_size=3),
    headers=st.fixed_dictionaries(
        {}, optional={"X-Amz-Meta-A": header_values, "Content-Type": header_values}
    ),
    body=st.binary(max_size=20),
    region=regions,
    service=services,
    token=st.none() | st.just("token+/="),
)


def _message(request: AWSRequest) -> HttpMessage:
    """The request as it comes over the wire."""
    url: Any = request.url
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": HOST} | dict(request.headers.items())
    return make_message(str(request.method), target, headers.items())


def _check(claim: Claim, message: HttpMessage, body: bytes, secret: str = SECRET) -> None:
    digest = hashlib.sha256(body).hexdigest()
    check_signed_headers(claim, message)
    check_signature(claim, SignedRequest(message, None, lambda: digest), [secret])


def _check_header(message: HttpMessage, body: bytes, secret: str = SECRET) -> None:
    _check(claim_of_header(message), message, body, secret)


def _check_query(message: HttpMessage, body: bytes, secret: str = SECRET) -> None:
    _check(claim_of_query(message), message, body, secret)


def _signed(plan: Plan, signer: Any) -> AWSRequest:
    request = plan.request()
    signer.add_auth(request)
    return request


def assert_refused(check: Any, message: HttpMessage, body: bytes, secret: str = SECRET) -> None:
    """The check does not let the message pass."""
    with pytest.raises(RefusedSignatureError):
        check(message, body, secret)


def assert_nothing_can_change(check: Any, message: HttpMessage, body: bytes) -> None:
    """Method, path, query, each signed header and the secret."""
    assert_refused(check, message, body, SECRET + "x")
    assert_refused(check, replace(message, method="PATCH"), body)
    assert_refused(check, replace(message, path=message.path + "x"), body)
    assert_refused(check, replace(message, path="/x" + message.path), body)
    query = f"{message.query}&" if message.query else ""
    assert_refused(check, replace(message, query=f"{query}acl=x"), body)
    for name, value in message.headers.items():
        if name in {"host", "x-amz-meta-a", "x-amz-date", "x-amz-security-token"}:
            changed = {**message.headers, name: f"{value}x"}
            assert_refused(check, replace(message, headers=changed), body)
    extra = {**message.headers, "x-amz-acl": "public-read"}
    assert_refused(check, replace(message, headers=extra), body)


def assert_authorization_cannot_change(message: HttpMessage, body: bytes, start: int) -> None:
    """Every eleventh byte of date, region, service, header names and signature."""
    authorization = message.headers["authorization"]
    begin = authorization.index("Credential=") + len("Credential=")
    for at in range(begin + len("LKIAEXAMPLEEXAMPLE00") + start, len(authorization), 11):
        other = "0" if authorization[at] != "0" else "1"
        changed = authorization[:at] + other + authorization[at + 1 :]
        headers = {**message.headers, "authorization": changed}
        assert_refused(_check_header, replace(message, headers=headers), body)


@given(plans, st.integers(0, 10))
def test_headers_signed_by_botocore(plan: Plan, start: int) -> None:
    """Verified for every service but S3, with the body; nothing that is signed can be changed."""
    message = _message(_signed(plan, SigV4Auth(plan.credentials(), plan.service, plan.region)))
    _check_header(message, plan.body)
    assert_nothing_can_change(_check_header, message, plan.body)
    assert_refused(_check_header, message, plan.body + b"x")
    assert_authorization_cannot_change(message, plan.body, start)


@given(plans)
def test_headers_signed_by_botocore_for_s3(plan: Plan) -> None:
    """The path is an object's name, and the digest stands for the body."""
    message = _message(_signed(plan, S3SigV4Auth(plan.credentials(), "s3", plan.region)))
    _check_header(message, plan.body)
    assert_nothing_can_change(_check_header, message, plan.body)
    if "x-amz-content-sha256" in message.headers:
        digest = message.headers["x-amz-content-sha256"]
        if digest != "UNSIGNED-PAYLOAD":
            assert_refused(_check_header, message, plan.body + b"x")


@given(plans)
def test_links_signed_by_botocore(plan: Plan) -> None:
    """Presigned for any service; botocore turns a body into parameters, so there is none."""
    plan = replace(plan, body=b"")
    signer = SigV4QueryAuth(plan.credentials(), plan.service, plan.region, expires=60)
    message = _message(_signed(plan, signer))
    _check_query(message, b"")
    assert_nothing_can_change(_check_query, message, b"")
    assert_refused(_check_query, message, b"x")


@given(plans)
def test_links_signed_by_botocore_for_s3(plan: Plan) -> None:
    """A link binds method, path, parameters and the headers that it names, and no body."""
    plan = replace(plan, body=b"")
    signer = S3SigV4QueryAuth(plan.credentials(), "s3", plan.region, expires=60)
    message = _message(_signed(plan, signer))
    _check_query(message, b"any")
    assert_nothing_can_change(_check_query, message, b"any")
    longer = message.query.replace("X-Amz-Expires=60", "X-Amz-Expires=61")
    assert_refused(_check_query, replace(message, query=longer), b"any")


@example(
    Plan(
        method="GET",
        segments=[],
        parameters={},
        headers={"X-Amz-Meta-A": "two  spaces"},
        body=b"",
        region="eu-west-1",
        service="s3",
        token=None,
    )
)
@given(plans)
def test_version_2_of_s3(plan: Plan) -> None:
    """Links and headers of older SDKs."""
    parameters = {"versionId": "a b"} if plan.parameters else {}
    plan = replace(plan, parameters=parameters, body=b"")
    link = _message(_signed(plan, HmacV1QueryAuth(plan.credentials(), expires=60)))
    _check_query(link, b"")
    header = _message(_signed(plan, HmacV1Auth(plan.credentials())))
    _check_header(header, b"")
    for check, message in ((_check_query, link), (_check_header, header)):
        assert_refused(check, message, b"", SECRET + "x")
        assert_refused(check, replace(message, method="PATCH"), b"")
        assert_refused(check, replace(message, path=message.path + "x"), b"")
        extra = {**message.headers, "x-amz-acl": "public-read"}
        assert_refused(check, replace(message, headers=extra), b"")


def _posted(plan: Plan, signer: Any, conditions: list[Any]) -> dict[str, str]:
    request = plan.request()
    policy = {"expiration": "2030-01-01T00:00:00Z", "conditions": [{"bucket": "b"}]}
    policy["conditions"] = [*policy["conditions"], ["starts-with", "$key", ""], *conditions]
    fields = {"key": "k"}
    request.context["s3-presign-post-fields"] = fields
    request.context["s3-presign-post-policy"] = policy
    signer.add_auth(request)
    return fields


@given(plans)
def test_forms_signed_by_botocore(plan: Plan) -> None:
    """Versions 4 and 2: no byte of policy or signature can be changed, and no field added."""
    for signer in (
        S3SigV4PostAuth(plan.credentials(), "s3", plan.region),
        HmacV1PostAuth(plan.credentials()),
    ):
        fields = _posted(plan, signer, [])
        message = make_message("POST", "/bucket", [("Host", HOST)])
        claim = claim_of_form(fields.items())
        assert claim is not None
        _check(claim, message, b"")
        check_expiry(claim, FORM_TIME)
        with pytest.raises(RefusedSignatureError):
            _check(claim, message, b"", SECRET + "x")
        with pytest.raises(RefusedSignatureError):
            claim_of_form([*fields.items(), ("acl", "public-read")])
        with pytest.raises(RefusedSignatureError):
            claim_of_form([*fields.items(), ("Key", "k")])
        policy = json.loads(base64.b64decode(fields["policy"]))
        policy["expiration"] = "2031-01-01T00:00:00Z"
        text = base64.b64encode(json.dumps(policy).encode()).decode()
        with pytest.raises(RefusedSignatureError):
            _check(replace(claim, policy=text), message, b"")
