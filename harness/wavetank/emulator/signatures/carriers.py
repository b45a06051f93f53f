"""Reads the claim of a signature from the Authorization header or the query.

[IAM user guide, reference_sigv-authentication-methods; Amazon S3 API reference,
sigv4-auth-using-authorization-header and sigv4-query-string-auth]
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from wavetank.emulator.signatures.claim import Carrier, Claim, parse_timestamp
from wavetank.emulator.signatures.credential import (
    missing_fields,
    parse_access_key,
    parse_credential,
    read_signer,
)
from wavetank.emulator.signatures.message import HttpMessage
from wavetank.emulator.signatures.refusal import RefusedSignatureError, SignatureProblem
from wavetank.emulator.signatures.sigv4 import ALGORITHM

V4_NAMES = ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
V4_PARAMETERS = tuple(f"X-Amz-{name}" for name in V4_NAMES)
V2_PARAMETERS = ("AWSAccessKeyId", "Signature", "Expires")
EXPIRES_SECONDS_MAX = 604_800
"""Seven days, the longest validity of a presigned link."""
V4_MISSING = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
V2_MISSING = (
    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
)
BOTH = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
    "string parameter or the Authorization header should be specified"
)


def is_signed_in_query(message: HttpMessage) -> bool:
    """Whether the query has parameters of a signature."""
    found = message.parameters
    is_v4 = any(f"X-Amz-{name}" in found for name in ("Algorithm", "Credential", "Signature"))
    return is_v4 or ("AWSAccessKeyId" in found and "Signature" in found)


def claim_of_header(message: HttpMessage) -> Claim:
    """Read the Authorization header.

    Raises:
        RefusedSignatureError: it is no signature of version 4, nor of S3's version 2.
    """
    signer = read_signer(message.headers.get("authorization", ""))
    if signer.missing:
        raise missing_fields(signer.missing)
    return Claim(
        carrier=Carrier.HEADER,
        access_key=signer.access_key,
        signature=signer.signature,
        scope=signer.scope,
        signed_headers=signer.signed_headers,
        timestamp=_time_of_header(message),
        token=message.headers.get("x-amz-security-token"),
    )


def claim_of_query(message: HttpMessage) -> Claim:
    """Read a presigned link.

    Raises:
        RefusedSignatureError: a parameter is missing, repeated or malformed.
    """
    if "authorization" in message.headers:
        raise RefusedSignatureError(SignatureProblem.MALFORMED, BOTH, s3_code="InvalidArgument")
    is_v2 = "AWSAccessKeyId" in message.parameters
    expected = V2_PARAMETERS if is_v2 else V4_PARAMETERS
    if not set(expected) <= set(message.parameters):
        if is_v2:
            raise RefusedSignatureError(
                SignatureProblem.MALFORMED, V2_MISSING, s3_code="AccessDenied"
            )
        raise _malformed(V4_MISSING)
    if repeated := message.repeated_parameters.intersection(expected):
        raise _malformed(f"Repeated parameters: {_listed(repeated)}")
    return _v2_link(message) if is_v2 else _v4_link(message)


def _v4_link(message: HttpMessage) -> Claim:
    found = message.parameters
    if found["X-Amz-Algorithm"] != ALGORITHM:
        raise _malformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
    key, scope = parse_credential(found["X-Amz-Credential"])
    instant = parse_timestamp(found["X-Amz-Date"])
    if instant is None or not found["X-Amz-Date"].startswith(scope.date):
        raise _malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    return Claim(
        carrier=Carrier.QUERY,
        access_key=key,
        signature=found["X-Amz-Signature"],
        scope=scope,
        signed_headers=tuple(found["X-Amz-SignedHeaders"].split(";")),
        timestamp=instant,
        expires=instant + timedelta(seconds=_seconds(found["X-Amz-Expires"])),
        token=found.get("X-Amz-Security-Token"),
    )


def _v2_link(message: HttpMessage) -> Claim:
    found = message.parameters
    lower = {name.lower(): value for name, value in found.items()}
    try:
        expires = datetime.fromtimestamp(int(found["Expires"]), UTC)
    except (OSError, OverflowError, ValueError) as error:
        raise _malformed(f"Invalid date (should be seconds since epoch): {found['Expires']}") from (
            error
        )
    return Claim(
        carrier=Carrier.QUERY,
        access_key=parse_access_key(found["AWSAccessKeyId"]),
        signature=found["Signature"],
        scope=None,
        expires=expires,
        token=message.headers.get("x-amz-security-token") or lower.get("x-amz-security-token"),
    )


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _malformed("X-Amz-Expires should be a number")
    if int(text) > EXPIRES_SECONDS_MAX:
        raise _malformed(
            "X-Amz-Expires must be less than a week (in seconds); "
            f"that is, the given X-Amz-Expires must be less than {EXPIRES_SECONDS_MAX} seconds"
        )
    if int(text) == 0:
        raise _malformed("X-Amz-Expires must be greater than 0")
    return int(text)


def _time_of_header(message: HttpMessage) -> datetime | None:
    text = message.headers.get("x-amz-date") or message.headers.get("date") or ""
    instant = parse_timestamp(text)
    if instant is None:
        raise _malformed(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    return instant


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _malformed(detail: str) -> RefusedSignatureError:
    return RefusedSignatureError(SignatureProblem.MALFORMED, detail)
