"""AWS's errors for a refused signature, by the service's protocol.

[IAM API reference, CommonErrors; Amazon S3 API reference, ErrorResponses; DynamoDB developer guide,
Programming.Errors; Lambda API reference, CommonErrors]
"""

from dataclasses import dataclass
from typing import Any

from localstack.aws.api import CommonServiceException, ServiceException
from localstack.services.s3.presigned_url import (
    create_signature_does_not_match_sig_v2,
    create_signature_does_not_match_sig_v4,
)

from wavetank.emulator.signatures.claim import Carrier
from wavetank.emulator.signatures.refusal import RefusedSignatureError, SignatureProblem, SignedText

BAD_REQUEST, FORBIDDEN = 400, 403
INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - a message
EXPIRED_TOKEN = "The security token included in the request is expired"  # noqa: S105 - as above
NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)
S3_UNKNOWN = "The AWS Access Key Id you provided does not exist in our records."


@dataclass(frozen=True)
class _Answer:
    """An error code, and AWS's message if the refusal has none."""

    code: str
    message: str
    status: int = FORBIDDEN


S3_ANSWERS = {
    SignatureProblem.EXPIRED_LINK: _Answer("AccessDenied", "Request has expired"),
    SignatureProblem.EXPIRED_TOKEN: _Answer(
        "ExpiredToken", "The provided token has expired.", BAD_REQUEST
    ),
    SignatureProblem.POLICY: _Answer("AccessDenied", "Access Denied"),
    SignatureProblem.UNKNOWN_KEY: _Answer("InvalidAccessKeyId", S3_UNKNOWN),
    SignatureProblem.WRONG_BODY: _Answer(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        BAD_REQUEST,
    ),
    SignatureProblem.WRONG_SIGNATURE: _Answer("SignatureDoesNotMatch", NO_MATCH),
    SignatureProblem.WRONG_TOKEN: _Answer(
        "InvalidToken", "The provided token is malformed or otherwise invalid.", BAD_REQUEST
    ),
}
"""Errors of S3. Those of malformed signatures depend on the carrier."""
S3_MALFORMED = {
    Carrier.FORM: _Answer("InvalidArgument", "", BAD_REQUEST),
    Carrier.HEADER: _Answer("AuthorizationHeaderMalformed", "", BAD_REQUEST),
    Carrier.QUERY: _Answer("AuthorizationQueryParametersError", "", BAD_REQUEST),
}
QUERY_CODES = {
    SignatureProblem.EXPIRED_TOKEN: _Answer("ExpiredToken", EXPIRED_TOKEN),
    SignatureProblem.MALFORMED: _Answer("IncompleteSignature", ""),
    SignatureProblem.UNKNOWN_KEY: _Answer("InvalidClientTokenId", INVALID_TOKEN),
    SignatureProblem.WRONG_TOKEN: _Answer("InvalidClientTokenId", INVALID_TOKEN),
}
"""Errors of services with the Query protocol; all other reasons are a SignatureDoesNotMatch."""
JSON_CODES = {
    SignatureProblem.EXPIRED_TOKEN: _Answer("ExpiredTokenException", EXPIRED_TOKEN),
    SignatureProblem.MALFORMED: _Answer("IncompleteSignatureException", ""),
    SignatureProblem.UNKNOWN_KEY: _Answer("UnrecognizedClientException", INVALID_TOKEN),
    SignatureProblem.WRONG_TOKEN: _Answer("UnrecognizedClientException", INVALID_TOKEN),
}
"""Errors of services with a JSON protocol; all other reasons are an InvalidSignatureException."""


def answer(service: Any, error: RefusedSignatureError, carrier: Carrier) -> ServiceException:
    """The error of the service. `service` is botocore's model of it."""
    if service.service_name in {"s3", "s3control"}:
        return _s3_answer(error, carrier)
    is_query = service.protocol in {"query", "ec2"} or "awsQueryCompatible" in service.metadata
    if is_query:
        found = QUERY_CODES.get(error.reason, _Answer("SignatureDoesNotMatch", NO_MATCH))
    else:
        found = JSON_CODES.get(error.reason, _Answer("InvalidSignatureException", NO_MATCH))
    status = BAD_REQUEST if service.protocol in {"json", "smithy-rpc-v2-cbor"} else found.status
    message = error.detail or found.message
    if error.reason is SignatureProblem.EXPIRED_LINK:
        message = "Signature expired: the link's X-Amz-Expires is over"
    if error.reason is SignatureProblem.UNSIGNED_HEADERS:
        message = f"Headers that must be signed, and are not: {error.detail}"
    return _exception(found.code, f"{message}{_canonical(error.text)}", status, error)


def _s3_answer(error: RefusedSignatureError, carrier: Carrier) -> ServiceException:
    reason, text = error.reason, error.text
    if reason is SignatureProblem.SKEWED:
        message = "The difference between the request time and the current time is too large."
        return _exception("RequestTimeTooSkewed", message, FORBIDDEN, error)
    if reason is SignatureProblem.UNSIGNED_HEADERS:
        message = "There were headers present in the request which were not signed"
        return _exception("AccessDenied", f"{message}: {error.detail}", FORBIDDEN, error)
    if reason is SignatureProblem.WRONG_SIGNATURE and text is not None:
        return _s3_mismatch(text, error.hint)
    found = S3_MALFORMED[carrier] if reason is SignatureProblem.MALFORMED else S3_ANSWERS[reason]
    return _exception(
        error.s3_code or found.code, error.detail or found.message, found.status, error
    )


def _s3_mismatch(text: SignedText, hint: str) -> ServiceException:
    """S3 reports what it signed, in elements of the error."""
    if text.canonical_request:
        made: ServiceException = create_signature_does_not_match_sig_v4(
            {
                "signature_provided": text.signature,
                "string_to_sign": text.string_to_sign,
                "canonical_request": text.canonical_request,
            },
            text.access_key,
        )
    else:
        made = create_signature_does_not_match_sig_v2(
            text.signature, text.string_to_sign, text.access_key
        )
    made.message = f"{made.message}{hint}"
    return made


def _canonical(text: SignedText | None) -> str:
    """The explanation that the other services add to the message."""
    if text is None:
        return ""
    return (
        f"\n\nThe Canonical String for this request should have been\n'{text.canonical_request}'"
        f"\n\nThe String-to-Sign should have been\n'{text.string_to_sign}'\n"
    )


def _exception(
    code: str, message: str, status: int, error: RefusedSignatureError
) -> CommonServiceException:
    return CommonServiceException(code, f"{message}{error.hint}", status, sender_fault=True)
