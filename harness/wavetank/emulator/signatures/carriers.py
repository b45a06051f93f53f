"""Reads the claim of a signature from the Authorization header or the query.

[IAM user guide, reference_sigv-authentication-methods; Amazon S3 API reference,
sigv4-auth-using-authorization-header and sigv4-query-string-auth]
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from wavetank.emulator.signatures.claim import Carrier, Claim, parse_timestamp
from wavetank.emulator.signatures.message import HttpMessage
from wavetank.emulator.signatures.refusal import Reason, RefusedSignatureError
from wavetank.emulator.signatures.sigv4 import ALGORITHM, Scope

CREDENTIAL = re.compile(
    r"(?P<key>[^/,=\s]+)/(?P<date>\d{8})/(?P<region>[\w-]+)/(?P<service>[\w-]+)/aws4_request"
)
SIGNATURE_V2 = re.compile(r"AWS (?P<key>[^:,=\s]+):(?P<signature>\S+)")
NAMED_KEYS = re.compile(r"Credential=([^/,\s]+)")
V4_NAMES = ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
V4_PARAMETERS = tuple(f"X-Amz-{name}" for name in V4_NAMES)
V2_PARAMETERS = ("AWSAccessKeyId", "Signature", "Expires")
EXPIRES_SECONDS_MAX = 604_800
"""Seven days, the longest time that a presigned link works."""
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


def keys_named(authorization: str) -> frozenset[str]:
    """Every access key that any reader could take from an Authorization header."""
    found = set(NAMED_KEYS.findall(authorization))
    if authorization.startswith("AWS "):
        found.add(authorization.removeprefix("AWS ").partition(":")[0])
    return frozenset(found)


def claim_of_header(message: HttpMessage) -> Claim:
    """Reads the Authorization header.

    Raises:
        RefusedSignatureError: it is no signature of version 4, nor of S3's version 2.
    """
    authorization = message.headers.get("authorization", "")
    instant = _time_of_header(message)
    token = message.headers.get("x-amz-security-token")
    if found := SIGNATURE_V2.fullmatch(authorization):
        return Claim(
            carrier=Carrier.HEADER,
            access_key=found["key"],
            signature=found["signature"],
            scope=None,
            timestamp=instant,
            token=token,
        )
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise _malformed(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    fields = _fields(rest)
    key, scope = parse_credential(fields["Credential"])
    return Claim(
        carrier=Carrier.HEADER,
        access_key=key,
        signature=fields["Signature"],
        scope=scope,
        signed_headers=tuple(fields["SignedHeaders"].split(";")),
        timestamp=instant,
        token=token,
    )


def claim_of_query(message: HttpMessage) -> Claim:
    """Reads a presigned link.

    Raises:
        RefusedSignatureError: a parameter is missing, repeated or malformed.
    """
    if "authorization" in message.headers:
        raise RefusedSignatureError(Reason.MALFORMED, BOTH, s3_code="InvalidArgument")
    is_v2 = "AWSAccessKeyId" in message.parameters
    expected = V2_PARAMETERS if is_v2 else V4_PARAMETERS
    if not set(expected) <= set(message.parameters):
        if is_v2:
            raise RefusedSignatureError(Reason.MALFORMED, V2_MISSING, s3_code="AccessDenied")
        raise _malformed(V4_MISSING)
    if repeated := message.repeated_parameters.intersection(expected):
        raise _malformed(f"Parameters that are there more than once: {_listed(repeated)}")
    return _v2_link(message) if is_v2 else _v4_link(message)


def parse_credential(text: str) -> tuple[str, Scope]:
    """The access key and scope of a Credential.

    Raises:
        RefusedSignatureError: it has another form.
    """
    found = CREDENTIAL.fullmatch(text)
    if found is None:
        message = (
            "the Credential is mal-formed; expecting "
            '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
        )
        raise _malformed(f"Error parsing the X-Amz-Credential parameter; {message}")
    return found["key"], Scope(found["date"], found["region"], found["service"])


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
        access_key=found["AWSAccessKeyId"],
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


def _fields(text: str) -> dict[str, str]:
    """Credential, SignedHeaders and Signature, in any order."""
    pairs = [part.strip().partition("=") for part in text.split(",")]
    fields = {name: value for name, _, value in pairs}
    expected = ("Credential", "SignedHeaders", "Signature")
    if missing := [name for name in expected if not fields.get(name)]:
        lines = (f"Authorization header requires '{name}' parameter." for name in missing)
        raise _malformed(" ".join(lines))
    if len(fields) != len(pairs) or set(fields) != set(expected):
        raise _malformed(f"Authorization header must only contain {_listed(expected)}, once each.")
    return fields


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
    return RefusedSignatureError(Reason.MALFORMED, detail)
