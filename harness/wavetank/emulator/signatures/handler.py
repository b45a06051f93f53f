"""Verifies every signed request before LocalStack's chain has changed it.

It runs after the check of the Origin, and before routes and services: signatures are verified for
each of them. A request without a signature is left to `iam_enforcement`, which treats it as
anonymous.

- A key that was issued here is verified in full.
- A key in the form of issued keys that was not issued, or was deleted or deactivated, is refused.
- Any other key is an administrator's, with any secret, as users expect of LocalStack; only its
presigned links and forms are verified, with the usual secrets.
- An incomplete signature is refused, even if signatures are not verified.

The signer is then written as an Authorization header, in the one form that all of LocalStack's
readers read alike, replacing what was sent.
[LocalStack 4.14: aws/app.py, aws/handlers/presigned_url.py]
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from localstack.aws import handlers
from localstack.aws.protocol.parser import RequestParserError
from localstack.aws.spec import (  # type: ignore[attr-defined]  # botocore's error
    UnknownServiceError,
    get_service_catalog,
)
from localstack.http import Response
from localstack.runtime import get_current_runtime, hooks
from localstack.services.s3.utils import uses_host_addressing

from wavetank.core.clock import Clock, WallClock
from wavetank.emulator.clock import WRONG_CLOCK
from wavetank.emulator.settings import SignatureChoice, TimeChoice, read_emulator_settings
from wavetank.emulator.signatures.body import body_hash
from wavetank.emulator.signatures.carriers import (
    claim_of_header,
    claim_of_query,
    is_signed_in_query,
)
from wavetank.emulator.signatures.claim import Carrier, Claim
from wavetank.emulator.signatures.credential import (
    Signer,
    has_issued_form,
    is_signature,
    read_signer,
)
from wavetank.emulator.signatures.error_responses import FORBIDDEN, answer
from wavetank.emulator.signatures.form import BUCKET, claim_of_form
from wavetank.emulator.signatures.internal_calls import authenticate_internal_calls
from wavetank.emulator.signatures.keys import IssuedKey, find_key, sandbox_secrets
from wavetank.emulator.signatures.message import HttpMessage, make_message
from wavetank.emulator.signatures.refusal import RefusedSignatureError, SignatureProblem
from wavetank.emulator.signatures.sigv4 import S3_LIKE
from wavetank.emulator.signatures.verification import (
    SignedRequest,
    Times,
    check_expiry,
    check_signature,
    check_signed_headers,
    check_time,
    check_token,
)

NOT_ISSUED_HINT = (
    " (Wavetank: this sandbox has not issued the key. If your shell holds credentials of an AWS "
    "account, set AWS_ACCESS_KEY_ID=test and AWS_SECRET_ACCESS_KEY=test, without a session token.)"
)
SIGN_WITH_TEST_HINT = (
    " (Wavetank: links and forms of a key that this sandbox has not issued are verified with the "
    "secret `test`, or the key as its own secret; sign them with test/test.)"
)
FORM_TYPE = "multipart/form-data"
SIGNER, BY_FORM = "wavetank.signer", "wavetank.by_form"
"""Keys of a request's WSGI environment: who signed it, and that a form carries the signature."""


class SignatureHandler:
    """Handler in LocalStack's chain that reads signatures, and verifies them if configured."""

    def __init__(self, clock: Clock, *, verifies: bool = True) -> None:
        self._clock = clock
        self._verifies = verifies

    def handle(self, chain: Any, context: Any, response: Any) -> None:
        """Let the request through, or raise AWS's error.

        Raises:
            ServiceException: the signature is refused.
        """
        if context.is_internal_call:
            return
        message = message_of(context.request)
        carrier = _carrier(context, message)
        if carrier is None:
            return
        try:
            signer = self._signer(carrier, context, message)
        except RefusedSignatureError as error:
            _refuse(error, carrier, chain, context, response)
            return
        if signer is not None:
            _write_signer(signer, carrier, context.request)

    def _signer(self, carrier: Carrier, context: Any, message: HttpMessage) -> Signer | None:
        """Who signs; None if a form does not contain it."""
        if carrier is Carrier.HEADER:
            signer = _of_header(context.request)
            if not (self._verifies and has_issued_form(signer.access_key)):
                return signer
        claim = _read(carrier, context.request, message)
        if claim is not None and self._verifies:
            self._verify(claim, context, message)
        return None if claim is None else signer_of(claim)

    def _verify(self, claim: Claim, context: Any, message: HttpMessage) -> None:
        key = find_key(claim.access_key)
        now = self._clock.now()
        if key is not None:
            self._check_issued(claim, key)
        elif has_issued_form(claim.access_key):
            raise RefusedSignatureError(SignatureProblem.UNKNOWN_KEY, hint=NOT_ISSUED_HINT)
        check_expiry(claim, now)
        check_time(claim, Times(now, now - timedelta(seconds=WRONG_CLOCK.offset_seconds)))
        check_signed_headers(claim, message)
        bucket = uses_host_addressing(context.request.headers)
        request = SignedRequest(message, bucket, body_hash(context.request))
        _check_signature(claim, key, request)

    def _check_issued(self, claim: Claim, key: IssuedKey) -> None:
        if not key.is_active:
            raise RefusedSignatureError(SignatureProblem.UNKNOWN_KEY)
        check_token(claim, key.token)
        if key.expires is not None and key.expires < self._clock.now():
            raise RefusedSignatureError(SignatureProblem.EXPIRED_TOKEN)


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def verify_signatures() -> None:
    """Add the handler to the chain.

    Not in virtual time: this process's own SDK makes all calls there, none comes from outside, and
    verifying takes 130 microseconds of a call's 1600, some 8 % of the time of a tick.
    """
    settings = read_emulator_settings()
    if settings.time is TimeChoice.VIRTUAL:
        return
    gateway: Any = get_current_runtime().components.gateway
    authenticate_internal_calls(gateway)
    chain = gateway.request_handlers
    verifies = settings.signatures is SignatureChoice.VERIFY
    handler = SignatureHandler(WallClock(), verifies=verifies)
    chain.insert(chain.index(handlers.content_decoder), handler.handle)
    chain.insert(chain.index(handlers.parse_pre_signed_url_request) + 1, restore_signer)
    chain.insert(chain.index(handlers.parse_service_request) + 1, check_form)


def message_of(request: Any) -> HttpMessage:
    """The request as it was sent."""
    target = request.environ.get("RAW_URI") or quote(request.path)
    if "?" not in target and request.query_string:
        target = f"{target}?{request.query_string.decode('latin-1')}"
    return make_message(request.method, target, request.headers.items())


def _carrier(context: Any, message: HttpMessage) -> Carrier | None:
    if is_signed_in_query(message):
        return Carrier.QUERY
    if authorizations := context.request.headers.getlist("Authorization"):
        return Carrier.HEADER if any(map(is_signature, authorizations)) else None
    is_form = message.method == "POST" and context.request.mimetype == FORM_TYPE
    is_s3 = context.service is not None and context.service.service_name == "s3"
    return Carrier.FORM if is_form and is_s3 else None


def _read(carrier: Carrier, request: Any, message: HttpMessage) -> Claim | None:
    if carrier is Carrier.QUERY:
        return claim_of_query(message)
    if carrier is Carrier.FORM:
        return claim_of_form(request.form.items(multi=True))
    return claim_of_header(message)


def _check_signature(claim: Claim, key: IssuedKey | None, request: SignedRequest) -> None:
    if key is not None:
        check_signature(claim, request, [key.secret])
        return
    try:
        check_signature(claim, request, sandbox_secrets(claim.access_key))
    except RefusedSignatureError as error:
        error.hint = SIGN_WITH_TEST_HINT
        raise


def _of_header(request: Any) -> Signer:
    authorizations = request.headers.getlist("Authorization")
    if len(authorizations) > 1:
        raise RefusedSignatureError(
            SignatureProblem.MALFORMED, "Only one Authorization header is allowed."
        )
    return read_signer(authorizations[0])


def signer_of(claim: Claim) -> Signer:
    """Who signs, in the form of an SDK's header."""
    return Signer(claim.access_key, claim.signature, claim.scope, claim.signed_headers)


def _write_signer(signer: Signer, carrier: Carrier, request: Any) -> None:
    """Write the signer as an Authorization header, from which LocalStack reads key and scope.

    LocalStack's own handler of S3's links would fail because of it.
    """
    request.environ[SIGNER] = signer.header()
    request.environ[BY_FORM] = carrier is Carrier.FORM
    is_s3 = signer.scope is None or signer.scope.service in S3_LIKE
    if carrier is not Carrier.QUERY or not is_s3:
        request.headers["Authorization"] = signer.header()


def restore_signer(chain: Any, context: Any, response: Any) -> None:  # noqa: ARG001 - LocalStack's names
    """Restores the header after LocalStack's handler of links, which removes it."""
    if header := context.request.environ.get(SIGNER):
        context.request.headers["Authorization"] = header


def check_form(chain: Any, context: Any, response: Any) -> None:  # noqa: ARG001 - as above
    """Refuses the signature of a form for anything but the upload that its policy is about.

    LocalStack compares the beginning of a policy's bucket name with the form's field.

    Raises:
        ServiceException: the operation is another one, which a form does not sign, or the form
            names another bucket than the path does.
    """
    if not context.request.environ.get(BY_FORM):
        return
    is_upload = context.operation is not None and context.operation.name == "PostObject"
    fields = context.request.form.items()
    named = {value for name, value in fields if name.lower() == BUCKET}
    if not is_upload or not named <= {context.service_request["Bucket"]}:
        error = RefusedSignatureError(SignatureProblem.POLICY)
        raise answer(context.service, error, Carrier.FORM)


def _refuse(
    error: RefusedSignatureError, carrier: Carrier, chain: Any, context: Any, response: Any
) -> None:
    """Raise the service's error; a plain one if the request is for no service."""
    if context.service is None and carrier is Carrier.HEADER:
        with suppress(UnknownServiceError):  # a malformed Credential may name any service
            handlers.parse_service_name(chain, context, response)
    if context.service is None:
        context.service = _service_of_link(message_of(context.request))
    if context.service is None:
        response.update_from(Response(f"{error}{error.hint}\n", FORBIDDEN))
        chain.terminate()
        return
    if context.protocol is None:
        context.protocol = context.service.protocol
    try:
        handlers.parse_service_request(chain, context, response)
    except RequestParserError:  # errors are serialized alike for every operation
        context.operation = context.service.operation_model(context.service.operation_names[0])
    raise answer(context.service, error, carrier)


def _service_of_link(message: HttpMessage) -> Any:
    """The model of the service in a link's scope, and S3's if it names none."""
    credential = message.parameters.get("X-Amz-Credential", "").split("/")
    name = credential[3] if len(credential) > 3 else "s3"  # noqa: PLR2004 - key/date/region/service
    catalog = get_service_catalog()
    found = catalog.by_signing_name(name)
    return catalog.get(found[0].name, found[0].protocol) if found else None
