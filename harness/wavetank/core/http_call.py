"""An HTTP request and its answer, as a client sees them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

SOURCE_ADDRESS = "192.0.2.1"
"""Of the client: an address of the documentation's network. [RFC 5737]"""
USER_AGENT = "wavetank"
TEXT_TYPES = ("application/javascript", "application/json", "application/xml")
JSON_TYPE = "application/json"

type HeaderList = tuple[tuple[str, str], ...]
type HttpBody = str | bytes | dict[str, Any] | list[Any]


@dataclass(frozen=True)
class HttpCall:
    """A request; `path` and `query` are as they stand in the URL, percent-encoded."""

    method: str
    path: str
    query: str = ""
    headers: HeaderList = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The values of that header, in any case, joined; empty without one."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query's parameters, decoded, in their order."""
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def has_text(self) -> bool:
        """Whether the body is of a type that events have as text; others are in Base64."""
        kind = self.header("Content-Type").partition(";")[0].strip().lower()
        return kind.startswith("text/") or kind in TEXT_TYPES or kind.endswith(("+json", "+xml"))


@dataclass(frozen=True)
class HttpAnswer:
    """An answer. The names of its headers are in lower case, several values are joined."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body's value.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.body)


def http_call(method: str, url: str, headers: Mapping[str, str], body: HttpBody | None) -> HttpCall:
    """The request to a path, which may have a query, with the headers that any client sends.

    What follows a `#` is not sent. A dict or a list is sent as JSON, with its `Content-Type`.
    """
    path, _, query = url.partition("#")[0].partition("?")
    added = {"User-Agent": USER_AGENT}
    if isinstance(body, dict | list):
        added["Content-Type"] = JSON_TYPE
        body = json.dumps(body)
    content = body.encode() if isinstance(body, str) else body or b""
    if content:
        added["Content-Length"] = str(len(content))
    given = {name.lower() for name in headers}
    sent = {name: value for name, value in added.items() if name.lower() not in given}
    full = path if path.startswith("/") else f"/{path}"
    return HttpCall(method.upper(), full, query, tuple({**sent, **headers}.items()), content)


def answer_of(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> HttpAnswer:
    """An answer with these headers, of which several may have one name."""
    values: dict[str, str] = {}
    cookies = []
    for name, value in headers:
        key = name.lower()
        if key == "set-cookie":
            cookies.append(value)
        else:
            values[key] = f"{values[key]}, {value}" if key in values else value
    return HttpAnswer(status, values, body, tuple(cookies))


def json_answer(status: int, content: object) -> HttpAnswer:
    """An answer of the service itself."""
    return answer_of(status, [("Content-Type", JSON_TYPE)], json.dumps(content).encode())
