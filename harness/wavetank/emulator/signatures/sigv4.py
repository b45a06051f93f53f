"""Signature Version 4: canonical request, string to sign, signing key and signature.

[IAM user guide, reference_sigv-create-signed-request; Amazon S3 API reference,
sig-v4-header-based-auth, sigv4-query-string-auth, sigv4-authentication-HTTPPOST]
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from wavetank.emulator.signatures.message import HttpMessage

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
KEYS_CACHED = 1024
S3_LIKE = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})
"""Services whose path is encoded once and not normalised: an object's name may contain `//`."""


@dataclass(frozen=True)
class CredentialScope:
    """The credential scope of a signature; `date` is YYYYMMDD."""

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


def canonical_request(
    message: HttpMessage,
    *,
    service: str,
    signed_headers: Iterable[str],
    payload_hash: str,
    leave_out: str | None = None,
) -> str:
    """The canonical request. `leave_out` names the parameter that carries the signature itself."""
    names = sorted(signed_headers)
    headers = "".join(f"{name}:{_trimmed(message.headers.get(name, ''))}\n" for name in names)
    path = _s3_path(message.path) if service in S3_LIKE else _other_path(message.path)
    query = _canonical_query(message, leave_out)
    return "\n".join((message.method, path, query, headers, ";".join(names), payload_hash))


def string_to_sign(scope: CredentialScope, timestamp: str, canonical: str) -> str:
    """The string to sign. `timestamp` is in ISO 8601's basic form, as in X-Amz-Date."""
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}"


def sign(secret: str, scope: CredentialScope, text: str) -> str:
    """The signature of a string to sign, or of a form's policy, in hexadecimal digits."""
    key = signing_key(secret, scope)
    return hmac.new(key, text.encode("latin-1", "replace"), hashlib.sha256).hexdigest()


@lru_cache(KEYS_CACHED)
def signing_key(secret: str, scope: CredentialScope) -> bytes:
    """The key derived from a secret; it is the same for a day."""
    key = f"AWS4{secret}".encode()
    for part in (scope.date, scope.region, scope.service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _s3_path(path: str) -> str:
    """Encoded again, so that `%7e`, `%7E` and `~` are the same name, as they are for S3."""
    return quote(unquote_to_bytes(path), safe="/~")


def _other_path(path: str) -> str:
    """Normalised (RFC 3986, 5.2.4, without empty segments), and encoded once more than as sent."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in {"", "."}:
            segments.append(segment)
    end = "/" if path.endswith("/") and segments else ""
    return quote(f"/{'/'.join(segments)}{end}", safe="/~")


def _canonical_query(message: HttpMessage, leave_out: str | None) -> str:
    encoded = sorted(
        (quote(name, safe="~", encoding="latin-1"), quote(value, safe="~", encoding="latin-1"))
        for name, value in message.query_pairs
        if name != leave_out
    )
    return "&".join(f"{name}={value}" for name, value in encoded)


def _trimmed(value: str) -> str:
    """The value without outer spaces, and with single inner ones."""
    return " ".join(value.split())
