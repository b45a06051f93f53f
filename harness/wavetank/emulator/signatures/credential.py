"""Parses access keys, Credentials and Authorization headers; the only code that does.

LocalStack reads them by several patterns with different results; what is accepted here is rewritten
in the one form that all of them read alike, so that the verified key is the key from which
LocalStack derives account and caller. Anything else is refused.
[IAM user guide, reference_sigv-authentication-methods; Amazon S3 user guide, RESTAuthentication;
LocalStack 4.14: utils/aws/request_context.py, aws/protocol/service_router.py]
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wavetank.emulator.signatures.refusal import RefusedSignatureError, SignatureProblem
from wavetank.emulator.signatures.sigv4 import ALGORITHM, CredentialScope

ISSUED_PREFIXES = ("AKIA", "ASIA", "LKIA", "LSIA")
"""AKIA and ASIA are AWS's, LKIA and LSIA LocalStack's. [IAM user guide: reference_identifiers]"""
PREFIX_LENGTH = 4
KEY = r"[A-Za-z0-9_.@+~-]{1,128}"
"""Characters that are not a delimiter in headers, queries or forms."""
ACCESS_KEY = re.compile(KEY)
CREDENTIAL = re.compile(
    rf"(?P<key>{KEY})/(?P<date>\d{{8}})/(?P<region>[\w-]+)/(?P<service>[\w-]+)/aws4_request",
    re.ASCII,
)
VERSION_2 = re.compile(rf"AWS (?P<key>{KEY}):(?P<signature>[A-Za-z0-9+/]+={{0,2}})")
HEADER_NAMES = re.compile(r"[\w!#$%&'*+.^`|~;-]*", re.ASCII)
SIGNATURE = re.compile(r"[\w.+-]*", re.ASCII)
FIELDS = ("Credential", "SignedHeaders", "Signature")
UNSUPPORTED = "Unsupported Authorization Type"
"""Of S3 alone."""


@dataclass(frozen=True)
class Signer:
    """The content of an Authorization header; `scope` is None for Signature Version 2.

    `missing` are the absent fields of version 4.
    """

    access_key: str
    signature: str
    scope: CredentialScope | None
    signed_headers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def header(self) -> str:
        """The Authorization header as an SDK writes it."""
        if self.scope is None:
            return f"AWS {self.access_key}:{self.signature}"
        return (
            f"{ALGORITHM} Credential={self.access_key}/{self.scope}, "
            f"SignedHeaders={';'.join(self.signed_headers)}, Signature={self.signature}"
        )


def has_issued_form(access_key: str) -> bool:
    """Whether the key begins like one of AWS's or LocalStack's, in upper or lower case.

    Such a key belongs to the user or session it was issued to; any other to an administrator.
    """
    return access_key[:PREFIX_LENGTH].upper() in ISSUED_PREFIXES


def is_signature(authorization: str) -> bool:
    """Whether the header is an AWS signature; others, such as Bearer, sign nothing."""
    return authorization[:3].upper() == "AWS"


def parse_access_key(text: str) -> str:
    """The access key itself.

    Raises:
        RefusedSignatureError: it has characters that no access key has.
    """
    if ACCESS_KEY.fullmatch(text) is None:
        raise RefusedSignatureError(SignatureProblem.MALFORMED, "The access key ID is malformed.")
    return text


def parse_credential(text: str) -> tuple[str, CredentialScope]:
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
    return found["key"], CredentialScope(found["date"], found["region"], found["service"])


def read_signer(authorization: str) -> Signer:
    """Parse a header for which `is_signature` is true. Only the Credential is required.

    Raises:
        RefusedSignatureError: it is no signature of version 4, nor of S3's version 2.
    """
    if found := VERSION_2.fullmatch(authorization):
        return Signer(found["key"], found["signature"], None)
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        message = f"Unsupported AWS 'algorithm': '{algorithm}'."
        code = "" if algorithm.upper().startswith("AWS4") else "InvalidArgument"
        raise RefusedSignatureError(SignatureProblem.MALFORMED, message, s3_code=code)
    fields = _fields(rest)
    if not fields.get("Credential"):
        raise missing_fields(["Credential"])
    key, scope = parse_credential(fields["Credential"])
    names, signature = fields.get("SignedHeaders", ""), fields.get("Signature", "")
    if not (HEADER_NAMES.fullmatch(names) and SIGNATURE.fullmatch(signature)):
        raise _malformed("Authorization header has a malformed 'SignedHeaders' or 'Signature'.")
    missing = tuple(name for name in FIELDS if not fields.get(name))
    return Signer(key, signature, scope, tuple(names.split(";")), missing)


def missing_fields(names: Iterable[str]) -> RefusedSignatureError:
    """The refusal of a header without the fields."""
    return _malformed(
        " ".join(f"Authorization header requires '{name}' parameter." for name in names)
    )


def _fields(text: str) -> dict[str, str]:
    """Credential, SignedHeaders and Signature, in any order."""
    pairs = [part.strip(" ").partition("=") for part in text.split(",")]
    fields = {name: value for name, _, value in pairs}
    if len(fields) != len(pairs) or not set(fields) <= set(FIELDS):
        expected = ", ".join(sorted(FIELDS))
        raise _malformed(f"Authorization header must only contain {expected}, once each.")
    return fields


def _malformed(detail: str) -> RefusedSignatureError:
    return RefusedSignatureError(SignatureProblem.MALFORMED, detail)
