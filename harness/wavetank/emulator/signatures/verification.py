"""Checks a claim: its key, its session token, its time, what it signs, and the signature itself.

[IAM user guide, reference_sigv-troubleshooting; Amazon S3 API reference, ErrorResponses,
sigv4-query-string-auth; "Protecting against replay": five minutes, for S3 fifteen]
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wavetank.emulator.signatures import sigv2, sigv4
from wavetank.emulator.signatures.claim import Carrier, Claim, amz_date
from wavetank.emulator.signatures.message import HttpMessage
from wavetank.emulator.signatures.refusal import RefusedSignatureError, SignatureProblem, SignedText

SKEW = timedelta(minutes=5)
S3_SKEW = timedelta(minutes=15)
DIGEST_HEADER = "x-amz-content-sha256"
UNSIGNED_IN_LINK = frozenset({DIGEST_HEADER})
"""Parameters that S3 allows to be added to a presigned link."""


@dataclass(frozen=True)
class SignedRequest:
    """A signed request, with its bucket and the hash of its body.

    `bucket` is the one that the Host names. `body_hash` reads the body, once, and returns its
    SHA-256 in hexadecimal digits.
    """

    message: HttpMessage
    bucket: str | None
    body_hash: Callable[[], str]


@dataclass(frozen=True)
class Times:
    """The sandbox's time and the host's, which differ while a fault makes the clock wrong.

    A function's process keeps the host's time, as a handler on AWS keeps AWS's: with a wrong clock
    its own calls still pass. Links and forms expire by the sandbox's time only.
    """

    sandbox: datetime
    machine: datetime


def check_token(claim: Claim, token: str | None) -> None:
    """Check that the session token is the key's; a user's key has none.

    Raises:
        RefusedSignatureError: it differs, is missing, or should not be present.
    """
    sent = claim.token or ""
    if not hmac.compare_digest(sent.encode(), (token or "").encode()):
        raise RefusedSignatureError(SignatureProblem.WRONG_TOKEN)


def check_expiry(claim: Claim, now: datetime) -> None:
    """Check that a link or form has not expired, and is already valid.

    Raises:
        RefusedSignatureError: it is not valid now.
    """
    if claim.expires is None:
        return
    if claim.expires < now:
        is_form = claim.carrier is Carrier.FORM
        detail = "Invalid according to Policy: Policy expired." if is_form else ""
        raise RefusedSignatureError(SignatureProblem.EXPIRED_LINK, detail)
    if claim.timestamp is not None and claim.timestamp > now + S3_SKEW:
        raise RefusedSignatureError(SignatureProblem.EXPIRED_LINK, "SignedRequest is not valid yet")


def check_time(claim: Claim, times: Times) -> None:
    """Check that a header's signature was made now, and on the day of its scope.

    Raises:
        RefusedSignatureError: it was not.
    """
    if claim.carrier is not Carrier.HEADER or claim.timestamp is None:
        return
    if claim.scope is not None and amz_date(claim.timestamp)[:8] != claim.scope.date:
        raise RefusedSignatureError(
            SignatureProblem.WRONG_SIGNATURE,
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
            f"HTTP: '{claim.scope.date}' != '{amz_date(claim.timestamp)}'.",
        )
    skew = S3_SKEW if claim.service in sigv4.S3_LIKE else SKEW
    if min(abs(claim.timestamp - now) for now in (times.sandbox, times.machine)) > skew:
        raise RefusedSignatureError(
            SignatureProblem.SKEWED, _skewed(claim.timestamp, times.sandbox, skew)
        )


def check_signed_headers(claim: Claim, message: HttpMessage) -> None:
    """Check that the signature covers Host and every x-amz- header.

    Raises:
        RefusedSignatureError: it does not, or names a header that was not sent.
    """
    if claim.scope is None or claim.carrier is Carrier.FORM:
        return
    if "host" not in claim.signed_headers:
        raise RefusedSignatureError(
            SignatureProblem.WRONG_SIGNATURE,
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        )
    free = UNSIGNED_IN_LINK if claim.carrier is Carrier.QUERY else frozenset[str]()
    extra = sorted(
        name
        for name in message.headers
        if name.startswith("x-amz-") and name not in free and name not in claim.signed_headers
    )
    if extra:
        raise RefusedSignatureError(SignatureProblem.UNSIGNED_HEADERS, ", ".join(extra))


def check_signature(claim: Claim, request: SignedRequest, secrets: Sequence[str]) -> None:
    """Check that the signature was made with one of the secrets, and that the digest is the body's.

    Raises:
        RefusedSignatureError: it was not, or the digest is another body's.
    """
    texts = [text for secret in secrets for text in _expected(claim, request, secret)]
    sent = claim.signature.encode("latin-1", "replace")
    if not any(hmac.compare_digest(text.signature.encode(), sent) for text in texts):
        shown = texts[0]
        raise RefusedSignatureError(
            SignatureProblem.WRONG_SIGNATURE,
            text=SignedText(
                claim.access_key, claim.signature, shown.string_to_sign, shown.canonical_request
            ),
        )
    digest = request.message.headers.get(DIGEST_HEADER, "")
    is_digest = len(digest) == len(sigv4.EMPTY_SHA256)
    is_of_body = claim.carrier is Carrier.HEADER and claim.scope is not None and is_digest
    if is_of_body and digest != request.body_hash():
        raise RefusedSignatureError(SignatureProblem.WRONG_BODY)


def _expected(claim: Claim, request: SignedRequest, secret: str) -> list[SignedText]:
    """The valid signatures, with the signed texts; the first text is shown in a refusal."""
    if claim.policy is not None:
        text = claim.policy
        made = sigv4.sign(secret, claim.scope, text) if claim.scope else sigv2.sign(secret, text)
        return [SignedText(claim.access_key, made, text)]
    if claim.scope is None:
        expires = request.message.parameters.get("Expires")
        of_link = expires if claim.carrier is Carrier.QUERY else None
        texts = sigv2.strings_to_sign(request.message, expires=of_link, bucket=request.bucket)
        return [SignedText(claim.access_key, sigv2.sign(secret, text), text) for text in texts]
    assert claim.timestamp is not None  # always set in version 4
    canonical = sigv4.canonical_request(
        request.message,
        service=claim.scope.service,
        signed_headers=claim.signed_headers,
        payload_hash=_payload_hash(claim, request),
        leave_out="X-Amz-Signature" if claim.carrier is Carrier.QUERY else None,
    )
    text = sigv4.string_to_sign(claim.scope, amz_date(claim.timestamp), canonical)
    made = sigv4.sign(secret, claim.scope, text)
    return [SignedText(claim.access_key, made, text, canonical)]


def _payload_hash(claim: Claim, request: SignedRequest) -> str:
    """The payload hash of the canonical request: sent, a link's constant, or computed."""
    digest = request.message.headers.get(DIGEST_HEADER)
    if digest is not None and (claim.carrier is Carrier.HEADER or _is_signed(claim)):
        return digest
    if claim.service in sigv4.S3_LIKE:
        if claim.carrier is Carrier.HEADER:
            raise RefusedSignatureError(
                SignatureProblem.MALFORMED,
                f"Missing required header for this request: {DIGEST_HEADER}",
            )
        return request.message.parameters.get("X-Amz-Content-Sha256", sigv4.UNSIGNED_PAYLOAD)
    return request.body_hash()


def _is_signed(claim: Claim) -> bool:
    return DIGEST_HEADER in claim.signed_headers


def _skewed(made: datetime, now: datetime, skew: timedelta) -> str:
    """The message of all services but S3, which has its own."""
    minutes = f"{int(skew.total_seconds() // 60)} min."
    if made < now:
        return (
            f"Signature expired: {amz_date(made)} is now earlier than {amz_date(now - skew)} "
            f"({amz_date(now)} - {minutes})"
        )
    return (
        f"Signature not yet current: {amz_date(made)} is still later than {amz_date(now + skew)} "
        f"({amz_date(now)} + {minutes})"
    )
