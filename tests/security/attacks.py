"""Attacks on a request: as a page of another site, or another way of reaching it, would send it."""

import http.client
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.security.requests_of_services import FORM, ServiceRequest

EVIL = "http://evil.example"
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nevil.html\r\n--x--\r\n'
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
REFUSAL = b"expected "
"""What a refusal of the guard's begins with; AWS's own are XML or JSON."""
HTTP_SECONDS = 10

type Attack = Callable[[ServiceRequest, int], ServiceRequest]


def _headers(**given: str) -> Attack:
    """The headers, with `_` for `-` in their names and the sandbox's port for PORT."""

    def attack(request: ServiceRequest, port: int) -> ServiceRequest:
        added = {
            name.replace("_", "-"): value.replace("PORT", str(port))
            for name, value in given.items()
        }
        return replace(request, headers=request.headers | added)

    return attack


def _rebinding(request: ServiceRequest, port: int) -> ServiceRequest:
    name = f"evil.example:{port}"
    return replace(request, host=name, headers=request.headers | {"Origin": f"http://{name}"})


def _rebinding_read(request: ServiceRequest, port: int) -> ServiceRequest:
    """A browser sends no Origin with a GET of the same origin."""
    return replace(request, host=f"evil.example:{port}")


def _with_body(kind: str, body: bytes | None = None) -> Attack:
    def attack(request: ServiceRequest, _: int) -> ServiceRequest:
        headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
        headers |= {"Content-Type": kind, "Origin": EVIL}
        sent = request.body if body is None else body
        return replace(request, method="POST", headers=headers, body=sent or b"x=1")

    return attack


def _double_slash(request: ServiceRequest, port: int) -> ServiceRequest:
    return replace(_headers(Origin=EVIL)(request, port), target=f"/{request.target}")


def _absolute_form(request: ServiceRequest, _: int) -> ServiceRequest:
    return replace(request, target=f"{EVIL}{request.target}")


def _upgrade(request: ServiceRequest, _: int) -> ServiceRequest:
    headers = request.headers | UPGRADE | {"Origin": EVIL}
    return replace(request, method="GET", headers=headers, body=b"")


def _preflight(request: ServiceRequest, _: int) -> ServiceRequest:
    asks = {"Origin": EVIL, "Access-Control-Request-Method": request.method}
    names = {"Access-Control-Request-Headers": "content-type,x-amz-target,authorization"}
    return replace(request, method="OPTIONS", headers=asks | names, body=b"")


ATTACKS: dict[str, Attack] = {
    "another site": _headers(Origin="https://evil.example.com"),
    "no site": _headers(Origin="null"),
    "another port of localhost": _headers(Origin="http://localhost:3000"),
    "another port of this address": _headers(Origin="http://127.0.0.1:3000"),
    "another name of the sandbox": _headers(Origin="http://localhost:PORT"),
    "the other scheme": _headers(Origin="https://127.0.0.1:PORT"),
    "LocalStack's web application": _headers(Origin="https://app.localstack.cloud"),
    "a file": _headers(Origin="file://"),
    "a static website here": _headers(Origin="http://evil.s3-website.localhost:PORT"),
    "cross-site, without credentials": _headers(
        Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="empty"
    ),
    "cross-site, as an image": _headers(
        Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image"
    ),
    "cross-site, as a script": _headers(
        Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="script"
    ),
    "cross-site, in a frame": _headers(
        Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe"
    ),
    "same-site": _headers(Sec_Fetch_Site="same-site", Sec_Fetch_Mode="cors"),
    "an origin of ours that is cross-site": _headers(
        Origin="http://127.0.0.1:PORT", Sec_Fetch_Site="cross-site"
    ),
    "forwarded for a host of ours": _headers(
        Origin=EVIL, X_Forwarded_Host="127.0.0.1:PORT", X_Forwarded_Proto="http"
    ),
    "another method by a header": _headers(Origin=EVIL, X_HTTP_Method_Override="GET"),
    "internal, by LocalStack's header": _headers(Origin=EVIL, X_LocalStack_Data="{}"),
    "rebinding, writing": _rebinding,
    "rebinding, reading": _rebinding_read,
    "double slash": _double_slash,
    "absolute form": _absolute_form,
    "text/plain": _with_body("text/plain"),
    "urlencoded form": _with_body(FORM),
    "multipart form": _with_body(MULTIPART, PART),
    "WebSocket": _upgrade,
    "preflight": _preflight,
}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    sharing: list[str]

    @property
    def is_refusal(self) -> bool:
        """Whether the guard refused, and shares not even that with another site."""
        return self.status == http.client.FORBIDDEN and not self.sharing


class Attacker:
    """A connection to the sandbox that sends what it is given, byte by byte."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = self._connect()

    def send(self, request: ServiceRequest) -> Answer:
        """Sends it with the Host it names, and nothing that it does not."""
        connection = self._connection
        connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        headers = {"Host": request.host or f"127.0.0.1:{self._port}"} | request.headers
        if request.body or request.method in {"POST", "PUT", "PATCH"}:
            headers["Content-Length"] = str(len(request.body))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(request.body)
        response = connection.getresponse()
        body = response.read()
        shared = [name for name in response.headers if name.lower().startswith("access-control-")]
        if response.will_close or "Upgrade" in request.headers:
            connection.close()
            self._connection = self._connect()
        return Answer(response.status, body, shared)

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=HTTP_SECONDS)
