"""Reads the claim of a signature from the form fields of an S3 POST, and checks their policy.

LocalStack checks a policy's conditions against the form; what it omits is checked here: that the
policy has an expiration, and a condition for every field.
[Amazon S3 API reference, sigv4-authentication-HTTPPOST, sigv4-HTTPPOSTConstructPolicy; LocalStack
4.14: services/s3/presigned_url.py, validate_post_policy]
"""

import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from wavetank.emulator.signatures.claim import Carrier, Claim, parse_timestamp
from wavetank.emulator.signatures.credential import parse_access_key, parse_credential
from wavetank.emulator.signatures.refusal import RefusedSignatureError, SignatureProblem
from wavetank.emulator.signatures.sigv4 import ALGORITHM

V4_FIELDS = ("policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
V2_FIELDS = ("awsaccesskeyid", "policy", "signature")
NEED_NO_CONDITION = frozenset({"awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"})
IGNORED_PREFIX = "x-ignore-"
BUCKET = "bucket"
"""A condition that every policy must have, although the path contains it and no field does."""


def claim_of_form(fields: Iterable[tuple[str, str]]) -> Claim | None:
    """Read the form's signature; None if it has none.

    Raises:
        RefusedSignatureError: a field is missing, repeated or malformed, or the policy is, or the
            policy has no condition for a field.
    """
    pairs = [(name.lower(), value) for name, value in fields]
    form = dict(pairs)
    is_v4 = any(name in form for name in V4_FIELDS if name != "policy")
    expected = V4_FIELDS if is_v4 else V2_FIELDS
    if not is_v4 and not any(name in form for name in V2_FIELDS if name != "policy"):
        return None
    _check_fields(pairs, expected)
    policy = _policy(form["policy"])
    _check_conditions(form, policy["conditions"])
    expires = _expiration(policy["expiration"])
    return _v4_claim(form, expires) if is_v4 else _v2_claim(form, expires)


def _check_fields(pairs: list[tuple[str, str]], expected: tuple[str, ...]) -> None:
    counts = Counter(name for name, _ in pairs)
    if repeated := sorted(name for name, count in counts.items() if count > 1):
        raise _malformed(f"POST requires exactly one field of a name; found more: {repeated}")
    if missing := [name for name in expected if not counts[name]]:
        raise _malformed(
            f"Bucket POST must contain a field named '{missing[0]}'.  If it is specified, please "
            "check the order of the fields."
        )


def _policy(text: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise _refused("Invalid Policy: Invalid JSON.") from error
    if not isinstance(found, dict) or not isinstance(found.get("expiration"), str):
        raise _refused("Invalid Policy: Policy missing expiration.")
    if not isinstance(found.get("conditions"), list):
        raise _refused("Invalid Policy: Policy missing conditions.")
    return found


def _check_conditions(form: Mapping[str, str], conditions: list[Any]) -> None:
    named = set(_named(conditions))
    extra = sorted(
        name
        for name in {*form, BUCKET}
        if name not in NEED_NO_CONDITION | named and not name.startswith(IGNORED_PREFIX)
    )
    if extra:
        fields = ", ".join(extra)
        raise _refused(f"Invalid according to Policy: Extra input fields: {fields}")


def _named(conditions: list[Any]) -> Iterator[str]:
    """The fields that conditions name: `{"acl": "private"}`, `["starts-with", "$key", ""]`."""
    for condition in conditions:
        match condition:
            case {**fields}:
                yield from (str(name).lower() for name in fields)
            case ["eq" | "starts-with", str(name), _]:
                yield name.removeprefix("$").lower()


def _expiration(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise _refused(f"Invalid Policy: Invalid 'expiration' value: '{text}'") from error


def _v4_claim(form: Mapping[str, str], expires: datetime) -> Claim:
    if form["x-amz-algorithm"] != ALGORITHM:
        raise _malformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
    key, scope = parse_credential(form["x-amz-credential"])
    instant = parse_timestamp(form["x-amz-date"])
    if instant is None or not form["x-amz-date"].startswith(scope.date):
        raise _malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    return Claim(
        carrier=Carrier.FORM,
        access_key=key,
        signature=form["x-amz-signature"],
        scope=scope,
        timestamp=instant,
        expires=expires,
        token=form.get("x-amz-security-token"),
        policy=form["policy"],
    )


def _v2_claim(form: Mapping[str, str], expires: datetime) -> Claim:
    return Claim(
        carrier=Carrier.FORM,
        access_key=parse_access_key(form["awsaccesskeyid"]),
        signature=form["signature"],
        scope=None,
        expires=expires,
        token=form.get("x-amz-security-token"),
        policy=form["policy"],
    )


def _malformed(detail: str) -> RefusedSignatureError:
    return RefusedSignatureError(SignatureProblem.MALFORMED, detail)


def _refused(detail: str) -> RefusedSignatureError:
    return RefusedSignatureError(SignatureProblem.POLICY, detail)
