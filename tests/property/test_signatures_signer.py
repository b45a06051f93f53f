"""The key that LocalStack takes for account and caller is the one that was read."""

import base64
import json
from contextlib import nullcontext, suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from localstack.aws.api import RequestContext, ServiceException
from localstack.aws.protocol.service_router import _extract_service_indicators
from localstack.aws.spec import load_service
from localstack.http import Request
from localstack.utils.aws.request_context import (
    extract_access_key_id_from_auth_header,
    extract_region_from_headers,
)

from wavetank.core.clock import WallClock
from wavetank.emulator.credential_scope import scope_of
from wavetank.emulator.signatures.carriers import claim_of_query
from wavetank.emulator.signatures.credential import (
    Signer,
    has_issued_form,
    is_signature,
    parse_access_key,
    read_signer,
)
from wavetank.emulator.signatures.form import claim_of_form
from wavetank.emulator.signatures.handler import SIGNER, SignatureHandler, message_of
from wavetank.emulator.signatures.refusal import RefusedSignatureError
from wavetank.emulator.signatures.sigv2 import SUBRESOURCES

ISSUED = "LKIAQAAAAAAAGTRAKQEE"
SCOPE = "20260101/eu-west-1/iam/aws4_request"
FORM = "Credential={key}/" + SCOPE

noise = st.text(st.sampled_from(" ,;=/:\"'\\%\t*AWS4abcü0"), max_size=6)
keys = st.sampled_from([ISSUED, ISSUED.lower(), "ASIA1", "test", "injectedaccesskey", ""])
words = st.sampled_from(
    [
        *("AWS4-HMAC-SHA256 ", "aws4-hmac-sha256 ", "AWS ", "Bearer ", "AWS4-ECDSA-P256-SHA256 "),
        *("Credential=", "credential=", "Credential*=", "SignedHeaders=host", "Signature=00"),
        *(", ", ",", f"/{SCOPE}", "/x/y/z/w", ":signature"),
    ]
)
headers = st.lists(words | keys | noise, max_size=12).map("".join)
near_misses = st.builds(
    lambda before, key, after, rest: f"AWS4-HMAC-SHA256 {before}Credential={key}{after}{rest}",
    noise,
    st.builds(lambda left, key, right: left + key + right, noise, keys, noise),
    st.just(f"/{SCOPE}"),
    st.sampled_from(["", ", SignedHeaders=host, Signature=00"]),
)


def _handled(authorizations: list[str]) -> RequestContext | None:
    """The request behind the handler, which verifies nothing here; None where it is refused."""
    context = RequestContext(Request("POST", "/"))
    for each in authorizations:
        context.request.headers.add("Authorization", each)
    response, chain = _Response(), _Chain()
    try:
        SignatureHandler(WallClock(), verifies=False).handle(chain, context, response)
    except ServiceException:
        return None
    return None if chain.terminated else context


class _Chain:
    terminated = False

    def terminate(self) -> None:
        self.terminated = True


class _Response:
    def update_from(self, _: object) -> None:
        """Nothing is answered here."""


@given(st.lists(headers | near_misses, min_size=1, max_size=2))
@example([f"AWS4-HMAC-SHA256 Credential= {ISSUED}/{SCOPE}, SignedHeaders=host, Signature=00"])
@example([f"AWS4-HMAC-SHA256 Credential=={ISSUED}/{SCOPE}, SignedHeaders=host, Signature=00"])
@example([f"AWS4-HMAC-SHA256 Credential=test/{SCOPE}, SignedHeaders=Credential={ISSUED}/1/2/3"])
@example([f"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00, Credential=test/{SCOPE}"])
@example([f"AWS4-HMAC-SHA256 Credential=test/{SCOPE}", f"AWS {ISSUED}:signature"])
@example(["AWS4-HMAC-SHA256 Credential=/x/y/z/w"])
@example(["AWS4-HMAC-SHA256 Credential=test/x/y/z/w, SignedHeaders=host"])
def test_localstack_takes_the_key_that_was_read(authorizations: list[str]) -> None:
    """By each of its readers; of what is no signature it takes none."""
    context = _handled(authorizations)
    if context is None:
        return
    request: Any = context.request
    signed = request.environ.get(SIGNER)
    taken = extract_access_key_id_from_auth_header(request.headers) or ""
    assert scope_of(request.headers).access_key == taken
    if signed is None:
        assert not taken
        return
    signer = read_signer(signed)
    assert taken == signer.access_key
    assert request.headers.getlist("Authorization") == [signed]
    if signer.scope is not None:
        assert extract_region_from_headers(request.headers) == signer.scope.region
        assert _extract_service_indicators(request).signing_name == signer.scope.service


@given(near_misses)
def test_a_header_is_written_as_it_is_read(text: str) -> None:
    """Once more read, it says the same."""
    with suppress(RefusedSignatureError):
        signer = read_signer(text)
        assert read_signer(signer.header()) == Signer(
            signer.access_key, signer.signature, signer.scope, signer.signed_headers, signer.missing
        )


@given(noise, keys, noise)
def test_no_mark_of_another_reader_is_in_a_key(before: str, key: str, after: str) -> None:
    """A key of a link or form is written into a header, too."""
    text = before + key + after
    with suppress(RefusedSignatureError):
        parse_access_key(text)
        header = f"AWS {text}:signature"
        assert extract_access_key_id_from_auth_header({"Authorization": header}) == text


@pytest.mark.parametrize("key", [f"{ISSUED}:x", f"{ISSUED} ", f" {ISSUED}", f"{ISSUED},", ""])
def test_links_and_forms_of_version_2_name_a_key(key: str) -> None:
    """Their key is no part of a Credential, and yet read by the same rules."""
    query = urlencode({"AWSAccessKeyId": key, "Signature": "x", "Expires": "1"})
    message = message_of(Request("GET", "/b/k", query_string=query))
    with pytest.raises(RefusedSignatureError):
        claim_of_query(message)
    text = '{"expiration": "2030-01-01T00:00:00Z", "conditions": [{"bucket": "b"}]}'
    policy = base64.b64encode(text.encode()).decode()
    fields = {"AWSAccessKeyId": key, "signature": "x", "policy": policy}
    with pytest.raises(RefusedSignatureError, match="access key ID"):
        claim_of_form(fields.items())


def test_a_policy_must_speak_of_the_bucket() -> None:
    """Else the form would be one for every bucket of its user's."""
    for conditions, is_read in (([], False), ([{"bucket": "b"}], True)):
        policy = {"expiration": "2030-01-01T00:00:00Z", "conditions": conditions}
        text = base64.b64encode(json.dumps(policy).encode()).decode()
        fields = {"AWSAccessKeyId": ISSUED, "signature": "x", "policy": text}
        with nullcontext() if is_read else pytest.raises(RefusedSignatureError, match="bucket"):
            assert claim_of_form(fields.items())


def test_version_2_signs_every_parameter_that_makes_another_operation() -> None:
    """A link for an upload is none for a renaming."""
    model = load_service("s3")
    uris = [model.operation_model(name).http["requestUri"] for name in model.operation_names]
    parts = {part for uri in uris for part in uri.partition("?")[2].split("&") if part}
    assert {part for part in parts if "=" not in part} <= SUBRESOURCES


def test_what_begins_like_an_issued_key_is_taken_for_one() -> None:
    """In capital and small letters, of any length."""
    for key in (ISSUED, ISSUED.lower(), "ASIA1", "akia", "LsIa-x"):
        assert has_issued_form(key)
    for key in ("test", "000000000000", "my.asia", "AKI"):
        assert not has_issued_form(key)
    assert is_signature("aws4-hmac-sha256 x")
    assert not is_signature("Bearer AWS4")
