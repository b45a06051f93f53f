"""Puts objects into buckets with the permissions of a delivery stream's role.

It goes through LocalStack's gateway, because every call is checked and recorded there, but without
an SDK: a delivery would spend most of its time in it, and with an SDK's retries a bucket that
cannot be written would be waited for twice.
"""

import base64
import io
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from localstack.aws import connect
from localstack.aws.api import RequestContext
from localstack.aws.connect import INTERNAL_REQUEST_PARAMS_HEADER
from localstack.aws.spec import load_service
from localstack.constants import AWS_REGION_US_EAST_1
from localstack.http import Request, Response
from localstack.runtime import get_current_runtime

from wavetank.core.clock import Clock
from wavetank.emulator.firehose.observing import ObjectRefusedError
from wavetank.emulator.firehose.role_sessions import RoleSession, RoleSessions
from wavetank.emulator.firehose.settings import DestinationSettings
from wavetank.emulator.preparsed_request import Parsed

REFUSED_FROM = 300
UNKNOWN_KEY = "InvalidAccessKeyId"
"""S3's error code for the session of a role that was deleted."""


class BucketWriter:
    """Puts objects into buckets with the permissions of a delivery stream's role."""

    def __init__(self, clock: Clock, sessions: RoleSessions) -> None:
        self._clock = clock
        self._sessions = sessions

    def put_object(self, settings: DestinationSettings, key: str, body: bytes) -> None:
        """Put the object; if its role was recreated, retry with a new session.

        Raises:
            ObjectRefusedError: S3 refuses it.
            Exception: the role cannot be assumed.
        """
        error = self._try(settings, key, body)
        if error is not None and error.code == UNKNOWN_KEY:
            self._sessions.forget(settings.role_arn)
            error = self._try(settings, key, body)
        if error is not None:
            raise error

    def _try(
        self, settings: DestinationSettings, key: str, body: bytes
    ) -> ObjectRefusedError | None:
        """The error; None if S3 stored the object."""
        signature = self._signature(self._sessions.session(settings.role_arn))
        context, response = put_context(settings.bucket, key, body, signature), Response()
        get_current_runtime().components.gateway.handle(context, response)  # type: ignore[attr-defined]  # a Gateway of LocalStack's own
        if response.status_code < REFUSED_FROM:
            return None
        error: Any = context.service_exception
        code = getattr(error, "code", response.status_code)
        return ObjectRefusedError(str(code), str(getattr(error, "message", response.status)))

    def _signature(self, session: RoleSession) -> dict[str, str]:
        """The part of a signature that LocalStack reads: internal calls are not verified."""
        scope = f"{self._clock.now():%Y%m%d}/{AWS_REGION_US_EAST_1}/s3/aws4_request"
        return {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={session.access_key}/{scope}, "
            "SignedHeaders=host, Signature=0",
            "Host": "localhost",
            "X-Amz-Security-Token": session.token,
            INTERNAL_REQUEST_PARAMS_HEADER: _internal_parameters(),
        }


def put_context(bucket: str, key: str, body: bytes, signature: Mapping[str, str]) -> RequestContext:
    """A PutObject call, both as a request and already parsed, for gateways that would parse it."""
    headers = {**signature, **_checksum(body)}
    path = quote(f"/{bucket}/{key}", safe="/~")
    context = RequestContext(Request("PUT", path, headers=headers, body=body))
    context.service, context.operation = _operation()
    parameters: Any = Parsed.fromkeys(_parameter_names())
    parameters |= {
        "Bucket": bucket,
        "Key": key,
        "Body": io.BytesIO(body),
        "ContentLength": len(body),
        "ChecksumAlgorithm": headers["x-amz-sdk-checksum-algorithm"],
        "ChecksumCRC32": headers["x-amz-checksum-crc32"],
        "Metadata": {},
    }
    context.service_request = parameters
    return context


@cache
def _internal_parameters() -> str:
    """The marker of LocalStack's own calls, with the token of `signatures.internal_calls`."""
    module: Any = connect  # looked up late: the function is patched when LocalStack starts
    return str(module.dump_dto({}))


@cache
def _operation() -> tuple[Any, Any]:
    """One model for all objects: a model resolves each of its shapes when first asked for it."""
    service = load_service("s3")
    return service, service.operation_model("PutObject")


@cache
def _parameter_names() -> tuple[str, ...]:
    _, operation = _operation()
    return tuple(operation.input_shape.members)


def _checksum(body: bytes) -> dict[str, str]:
    """The checksum that the SDK sends, and S3 stores."""
    return {
        "x-amz-checksum-crc32": base64.b64encode(zlib.crc32(body).to_bytes(4)).decode(),
        "x-amz-sdk-checksum-algorithm": "CRC32",
    }
