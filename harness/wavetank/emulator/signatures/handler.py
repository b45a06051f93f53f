"""Verifies every signed request before LocalStack's chain has changed it.

It runs behind the check of the Origin, before routes and services: what is signed is verified for
each of them. A request without a signature is left to `access`, which takes it for anonymous.

- A key that was issued here is verified in full.
- A key of that form which was not, or was deleted or deactivated, is refused.
- Any other key is an administrator's, with any secret, as people expect of LocalStack; only its
  presigned links and forms are verified, with the secrets that people use.

[LocalStack 4.14: aws/app.py, aws/handlers/presigned_url.py]
"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from localstack.aws import handlers
from localstack.aws.protocol.parser import RequestParserError
from localstack.aws.spec import get_service_catalog
from localstack.http import Response
from localstack.runtime import get_current_runtime, hooks
from localstack.services.s3.utils import uses_host_addressing

from wavetank.clock import Clock, WallClock
from wavetank.emulator.clock import WRONG_CLOCK
from wavetank.emulator.settings import SignatureChoice, TimeChoice, read_emulator_settings
from wavetank.emulator.signatures.answers import FORBIDDEN, answer
from wavetank.emulator.signatures.body import body_hash
from wavetank.emulator.signatures.carriers import (
    claim_of_header,
    claim_of_query,
    is_signed_in_query,
    keys_named,
)
from wavetank.emulator.signatures.claim import Carrier, Claim
from wavetank.emulator.signatures.form import claim_of_form
from wavetank.emulator.signatures.internal_calls import seal_internal_calls
from wavetank.emulator.signatures.keys import IssuedKey, find_key, has_issued_form, sandbox_secrets
from wavetank.emulator.signatures.message import HttpMessage, make_message
from wavetank.emulator.signatures.refusal import Reason, RefusedSignatureError
from wavetank.emulator.signatures.sigv4 import ALGORITHM, S3_LIKE
from wavetank.emulator.signatures.verification import (
    Request,
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


class SignatureHandler:
    """The handler in LocalStack's chain."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def handle(self, chain: Any, context: Any, response: Any) -> None:
        """Lets the request through, or raises what AWS would answer.

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
            claim = self._verified(carrier, context, message)
        except RefusedSignatureError as error:
            _refuse(error, carrier, chain, context, response)
            return
        if claim is not None:
            _pass_on(claim, context.request.headers)

    def _verified(self, carrier: Carrier, context: Any, message: HttpMessage) -> Claim | None:
        """The claim; None where there is nothing to verify it by."""
        if carrier is Carrier.HEADER:
            named = keys_named(message.headers["authorization"])
            if not any(map(has_issued_form, named)):
                return None
        claim = _read(carrier, context.request, message)
        if claim is None:
            return None
        key = find_key(claim.access_key)
        now = self._clock.now()
        if key is not None:
            self._check_issued(claim, key)
        elif has_issued_form(claim.access_key):
            raise RefusedSignatureError(Reason.UNKNOWN_KEY, hint=NOT_ISSUED_HINT)
        check_expiry(claim, now)
        check_time(claim, Times(now, now - timedelta(seconds=WRONG_CLOCK.offset_seconds)))
        check_signed_headers(claim, message)
        bucket = uses_host_addressing(context.request.headers)
        request = Request(message, bucket, body_hash(context.request))
        _check_signature(claim, key, request)
        return claim

    def _check_issued(self, claim: Claim, key: IssuedKey) -> None:
        if not key.is_active:
            raise RefusedSignatureError(Reason.UNKNOWN_KEY)
        check_token(claim, key.token)
        if key.expires is not None and key.expires < self._clock.now():
            raise RefusedSignatureError(Reason.EXPIRED_TOKEN)


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def verify_signatures() -> None:
    """Puts the handler into the chain.

    Not in virtual time: this process's own SDK makes all calls there, none comes from outside, and
    verifying takes 130 microseconds of a call's 1600, some 8 % of what a tick costs.
    """
    settings = read_emulator_settings()
    if settings.time is TimeChoice.VIRTUAL:
        return
    gateway: Any = get_current_runtime().components.gateway
    seal_internal_calls(gateway)
    if settings.signatures is SignatureChoice.SKIP:
        return
    chain = gateway.request_handlers
    chain.insert(chain.index(handlers.content_decoder), SignatureHandler(WallClock()).handle)


def message_of(request: Any) -> HttpMessage:
    """The request as it was sent."""
    target = request.environ.get("RAW_URI") or quote(request.path)
    if "?" not in target and request.query_string:
        target = f"{target}?{request.query_string.decode('latin-1')}"
    return make_message(request.method, target, request.headers.items())


def _carrier(context: Any, message: HttpMessage) -> Carrier | None:
    if is_signed_in_query(message):
        return Carrier.QUERY
    authorization = message.headers.get("authorization", "")
    if authorization:
        return Carrier.HEADER if authorization.startswith("AWS") else None
    is_form = message.method == "POST" and context.request.mimetype == FORM_TYPE
    is_s3 = context.service is not None and context.service.service_name == "s3"
    return Carrier.FORM if is_form and is_s3 else None


def _read(carrier: Carrier, request: Any, message: HttpMessage) -> Claim | None:
    if carrier is Carrier.QUERY:
        return claim_of_query(message)
    if carrier is Carrier.FORM:
        return claim_of_form(request.form.items(multi=True))
    return claim_of_header(message)


def _check_signature(claim: Claim, key: IssuedKey | None, request: Request) -> None:
    if key is not None:
        check_signature(claim, request, [key.secret])
        return
    try:
        check_signature(claim, request, sandbox_secrets(claim.access_key))
    except RefusedSignatureError as error:
        error.hint = SIGN_WITH_TEST_HINT
        raise


def _pass_on(claim: Claim, headers: Any) -> None:
    """Writes the claim as an Authorization header, where LocalStack looks for key and scope.

    Of S3's links LocalStack makes one by itself, with the headers that are in their query.
    """
    if claim.scope is None:
        if claim.carrier is Carrier.FORM:
            headers["Authorization"] = f"AWS {claim.access_key}:{claim.signature}"
        return
    if claim.carrier is Carrier.QUERY and claim.service in S3_LIKE:
        return
    names = ";".join(claim.signed_headers)
    headers["Authorization"] = (
        f"{ALGORITHM} Credential={claim.access_key}/{claim.scope}, "
        f"SignedHeaders={names}, Signature={claim.signature}"
    )


def _refuse(
    error: RefusedSignatureError, carrier: Carrier, chain: Any, context: Any, response: Any
) -> None:
    """Raises the service's error; a plain one where the request is for no service."""
    if context.service is None and carrier is Carrier.HEADER:
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
    except RequestParserError:  # an error is written in the form of any operation
        context.operation = context.service.operation_model(context.service.operation_names[0])
    raise answer(context.service, error, carrier)


def _service_of_link(message: HttpMessage) -> Any:
    """The model of the service that a link's scope names, and S3's where it names none."""
    credential = message.parameters.get("X-Amz-Credential", "").split("/")
    name = credential[3] if len(credential) > 3 else "s3"  # noqa: PLR2004 - key/date/region/service
    catalog = get_service_catalog()
    found = catalog.by_signing_name(name)
    return catalog.get(found[0].name, found[0].protocol) if found else None
