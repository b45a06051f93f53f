"""The guard's decision before a body is received, and the maximum length of bodies.

LocalStack's server stores a body, on disk if it is long, before its chain sees the request: a page
that is refused could have filled the disk by then. So a long body, or one of unknown length, is
decided on when the headers are complete. A refusal is sent at once, and what still arrives is
dropped until the client has read the response or LINGER_SECONDS are over: a connection that is
closed with unread bytes loses its response. Short bodies are received before the decision.

HTTP/2 is off, because its streams use other classes: browsers and SDKs then speak HTTP/1.1.

AWS's limits are S3's 5 GiB for one PUT and, of all other services, 69,905,067 bytes for
CreateFunction; the limit for the others is a little higher here, because LocalStack's own check is
higher too. A signed chunk of 64 KiB, the shortest that SDKs send to S3, adds some 90 bytes.
[Amazon S3 user guide: upload-objects; AWS Lambda: "Request must be smaller than 69905067 bytes for
the CreateFunction operation"; rolo: serving/twisted.py; Twisted: web/http.py, HTTPChannel]
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from wavetank.emulator.http_guard.request_policy import GuardRefusal, RequestHead
from wavetank.emulator.http_guard.routing import Route, RouteKind
from wavetank.emulator.patches import patch_of

SHORT_BYTES = 65_536
S3_BYTES_MAX = 5 * 2**30 + 2**24
OTHER_BYTES_MAX = 70 * 2**20
LINGER_SECONDS = 5
_FOR_S3 = re.compile(r"AWS .*|AWS4-\S+ .*/s3[a-z-]*/aws4_request\b.*", re.DOTALL)
_RESERVED = re.compile(r"/_")


@dataclass(frozen=True)
class BodyLimit:
    """How much of a request body is received: `bytes_max` bytes, or none if `refused`."""

    bytes_max: int
    refused: GuardRefusal | None = None


type DecideBody = Callable[[RequestHead], BodyLimit]
"""Decides what may be received of a request's body when its headers are complete."""


def body_bytes_max(request: RequestHead, route: Route | None) -> int:
    """The maximum length of the body; `route` is what a browser's request is admitted for.

    Without a signature it may be an upload to S3 by a link or a form, unless it names a target.
    """
    if route is not None:
        is_for_s3 = route.kind in {RouteKind.OBJECT, RouteKind.BUCKET, RouteKind.SERVICE}
    else:
        is_for_s3 = not _RESERVED.match(request.target)
    authorization = request.header("authorization")
    if authorization is not None:
        is_for_s3 = is_for_s3 and bool(_FOR_S3.fullmatch(authorization))
    elif "x-amz-target" in request.headers:
        is_for_s3 = False
    return S3_BYTES_MAX if is_for_s3 else OTHER_BYTES_MAX


def decide_before_bodies(decide: DecideBody) -> None:
    """Make LocalStack's server call `decide` when a request's headers are complete."""
    channels = patch_of("rolo.serving.twisted:HeaderPreservingHTTPChannel.allHeadersReceived")
    requests = patch_of("rolo.serving.twisted:TwistedRequestAdapter.handleContentChunk")
    complete, receive = channels.original(), requests.original()

    def headers_received(channel: Any) -> None:
        if channel.length is not None and channel.length <= SHORT_BYTES:
            complete(channel)
            return
        limit = decide(_facts(channel))
        if limit.refused is not None:
            _answer(channel, HTTPStatus.FORBIDDEN, limit.refused.reason)
        elif channel.length is not None and channel.length > limit.bytes_max:
            _answer(channel, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_long(limit.bytes_max))
        else:
            channel.requests[-1].bytes_left = limit.bytes_max
            complete(channel)

    def chunk_received(request: Any, data: bytes) -> None:
        left = getattr(request, "bytes_left", None)
        if left is None:
            receive(request, data)
        elif left >= len(data):
            request.bytes_left = left - len(data)
            receive(request, data)
        elif left >= 0:
            request.bytes_left = -1
            request.content.close()
            _answer(request.channel, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_long(None))

    channels.apply(headers_received)
    requests.apply(chunk_received)
    patch_of("twisted.web.http:H2_ENABLED").apply(new=False)
    for target in AFTER_ANSWER:
        patch_of(target).check()  # check the patch now, not at the first refusal


def _too_long(bytes_max: int | None) -> str:
    limit = f"at most {bytes_max:,} bytes" if bytes_max is not None else "a shorter body"
    return f"expected {limit}; found more; upload large objects in parts"


def _facts(channel: Any) -> RequestHead:
    headers: dict[str, list[str]] = {}
    for name, values in channel.requests[-1].requestHeaders.getAllRawHeaders():
        texts = [value.decode("latin-1") for value in values]
        headers.setdefault(name.decode("latin-1").lower(), []).extend(texts)
    return RequestHead(
        method=channel._command.decode("latin-1"),  # noqa: SLF001 - Twisted passes it on with the body only
        target=channel._path.decode("latin-1"),  # noqa: SLF001 - as above
        headers=headers,
        scheme="https" if channel.isSecure() else "http",
        has_body=True,
    )


def _answer(channel: Any, status: HTTPStatus, reason: str) -> None:
    """Send the response, and drop everything else that arrives on the connection."""
    from twisted.internet import reactor as running  # noqa: PLC0415 - loads Twisted's reactor

    reactor: Any = running
    body = f"{reason}\n".encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Security-Policy: sandbox\r\n"
        "Cross-Origin-Resource-Policy: same-origin\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "X-Frame-Options: DENY\r\n"
        "Connection: close\r\n\r\n"
    )
    channel.transport.write(head.encode("ascii") + body)
    channel.setTimeout(None)
    for target, instead in AFTER_ANSWER.items():
        patch_of(target).apply(instead, to=channel)
    reactor.callLater(LINGER_SECONDS, channel.transport.abortConnection)


def _ignore() -> None:
    """Does nothing: the request was answered before its body."""


def _drop(_: bytes) -> None:
    """Drops data that is received after the response."""


AFTER_ANSWER: Mapping[str, Callable[..., None]] = {
    "twisted.web.http:HTTPChannel.allContentReceived": _ignore,  # a decoder may be reading it
    "twisted.web.http:HTTPChannel.dataReceived": _drop,
    "twisted.web.http:HTTPChannel.lineReceived": _drop,
    "twisted.web.http:HTTPChannel.rawDataReceived": _drop,
}
"""Replaces a connection's receiving methods after a refusal."""
