"""S3's Signature Version 2, which older SDKs still use, mostly for presigned links.

[Amazon S3 user guide, RESTAuthentication: "Signing and authenticating REST requests (AWS signature
version 2)"; HTTPPOSTForms for form fields]
"""

import base64
import hmac
from collections.abc import Mapping

from wavetank.emulator.signatures.message import HttpMessage

SUBRESOURCES = frozenset(
    {
        *("accelerate", "acl", "analytics", "cors", "delete", "defaultObjectAcl", "encryption"),
        *("intelligent-tiering", "inventory", "lifecycle", "location", "logging", "metrics"),
        *("notification", "object-lock", "ownershipControls", "partNumber", "policy"),
        *("policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore"),
        *("retention", "legal-hold", "select", "select-type", "tagging", "torrent", "uploadId"),
        *("uploads", "versionId", "versioning", "versions", "website"),
        *("response-cache-control", "response-content-disposition", "response-content-encoding"),
        *("response-content-language", "response-content-type", "response-expires"),
        *("abac", "attributes", "metadataConfiguration", "metadataInventoryTable"),
        *("metadataJournalTable", "metadataTable", "renameObject", "session"),
    }
)
"""Parameters that belong to the signed resource; the last eight are newer than this version, but
they select another operation, so a signature must cover them."""


def strings_to_sign(
    message: HttpMessage, *, expires: str | None, bucket: str | None
) -> tuple[str, ...]:
    """The strings that may have been signed: one, except for a path that is a bucket's name.

    SDKs sign such a path with a trailing slash, like the bucket's own host, and send it without.
    `expires` is a link's, in place of a header's date. `bucket` is the one that a virtual-hosted
    request names in its Host, None if the path names it.
    [botocore: auth.py, HmacV1Auth; utils.py, fix_s3_host]
    """
    is_a_bucket = bucket is None and message.path != "/" and message.path.count("/") == 1
    paths = (message.path, f"{message.path}/") if is_a_bucket else (message.path,)
    return tuple(_string_to_sign(message, path, expires=expires, bucket=bucket) for path in paths)


def _string_to_sign(
    message: HttpMessage, path: str, *, expires: str | None, bucket: str | None
) -> str:
    headers = _headers(message, from_query=expires is not None)
    date = expires or ("" if "x-amz-date" in headers else headers.get("date", ""))
    lines = [
        message.method,
        headers.get("content-md5", ""),
        headers.get("content-type", ""),
        date,
        *(f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith("x-amz-")),
        _resource(message, path, bucket),
    ]
    return "\n".join(lines)


def sign(secret: str, text: str) -> str:
    """The signature of a string to sign, or of a form's policy, in Base64."""
    digest = hmac.digest(secret.encode(), text.encode("latin-1", "replace"), "sha1")
    return base64.b64encode(digest).decode()


def _headers(message: HttpMessage, *, from_query: bool) -> Mapping[str, str]:
    """The signed headers; a link may have those of its creator in the query.

    Spaces around a value are ignored, those within it are not, unlike in version 4.
    [Amazon S3: Signing and authenticating REST requests, CanonicalizedAmzHeaders]
    """
    sent = {name: value.strip() for name, value in message.headers.items()}
    if not from_query:
        return sent
    linked = {name.lower(): value for name, value in message.query_pairs}
    names = {name for name in linked if name.startswith("x-amz-")} | {"content-md5", "content-type"}
    return {name: linked[name] for name in names if name in linked} | sent


def _resource(message: HttpMessage, path: str, bucket: str | None) -> str:
    """The signed path, and the parameters that name a part of the resource, not encoded."""
    valued = {part.partition("=")[0] for part in message.query.split("&") if "=" in part}
    parts = sorted(
        f"{name}={value}" if name in valued else name
        for name, value in message.query_pairs
        if name in SUBRESOURCES
    )
    start = f"/{bucket}{path}" if bucket else path
    return start + (f"?{'&'.join(parts)}" if parts else "")
