"""Parses the request target and the Host header, and refuses spellings that are not canonical.

The guard's decision must be about the route that LocalStack uses. LocalStack's routers read the raw
target, its services a decoded path without leading slashes, and both read `_localstack/info`,
`//_localstack/info` and `http://other.example/_localstack/info` as `/_localstack/info`.
[LocalStack 4.14 on rolo: request.py, get_raw_path; serving/twisted.py; RFC 9112 3.2; RFC 3986 6.2]
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

RESERVED = frozenset({"_aws", "_localstack", "_wavetank"})
"""First path segments of LocalStack's routes and Wavetank's. A bucket's name cannot contain a _."""
DECODINGS_MAX = 3
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*)(?::([0-9]{1,5}))?")
_NEEDLESS_ENCODING = re.compile(
    r"%(?:2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])"
)
"""Letters, digits, `-`, `.`, `_` and `~`: never encoded, by RFC 3986 2.3."""


class NotCanonicalError(ValueError):
    """A request target or Host header that two parsers could read differently."""


@dataclass(frozen=True)
class Authority:
    """A Host header: the host in lower case, and the port, None if it is omitted."""

    host: str
    port: int | None

    def origin(self, scheme: str) -> str:
        """The origin of a page there, as a browser writes it: a default port is omitted."""
        default = {"http": 80, "https": 443}.get(scheme)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}" + ("" if self.port in {None, default} else f":{self.port}")


@dataclass(frozen=True)
class RequestTarget:
    """A request target: raw path, raw query, and the first segment if it is in RESERVED."""

    path: str
    query: str
    reserved: str | None


def parse_authority(text: str) -> Authority:
    """Parse a Host header's value.

    Raises:
        NotCanonicalError: it has a user, a trailing dot, an invalid port, or anything else.
    """
    found = _HOST.fullmatch(text)
    if found is None:
        raise NotCanonicalError(f"expected a host name or address and a port; found {text!r}")
    port = int(found[2]) if found[2] else None
    return Authority(found[1].strip("[]").lower(), port)


def parse_target(raw: str, host: Authority) -> RequestTarget:
    """Parse the target of a request line that is addressed to `host`.

    Keys of S3 objects may contain `//`, `..` and encoded characters, so only paths that lead to a
    reserved prefix, in any spelling, must be canonical.

    Raises:
        NotCanonicalError: it is in absolute form for another host, or not canonical.
    """
    origin_form = _without_authority(raw, host)
    if "#" in origin_form or not origin_form.startswith("/"):
        raise NotCanonicalError(f"expected a path that starts with /; found {raw!r}")
    path, _, query = origin_form.partition("?")
    reserved = _reserved(path)
    if reserved is not None and not _is_canonical(path, reserved):
        raise NotCanonicalError(f"expected /{reserved} in its usual spelling; found {path!r}")
    return RequestTarget(path, query, reserved)


def _without_authority(raw: str, host: Authority) -> str:
    """The target in origin form; `*` is the root, as LocalStack answers it."""
    if raw == "*":
        return "/"
    if raw.startswith("/"):
        return raw
    scheme, separator, rest = raw.partition("://")
    if not separator or scheme.lower() not in {"http", "https"}:
        raise NotCanonicalError(f"expected a path that starts with /; found {raw!r}")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if parse_authority(authority) != host:
        raise NotCanonicalError(f"expected a target of the same host; found {raw!r}")
    return rest.removeprefix(authority) or "/"


def _reserved(path: str) -> str | None:
    """The reserved first segment, if some parser could find one at the start of the path."""
    for segment in re.split(r"[/\\]", _decoded(path)):
        if segment not in {"", ".", ".."}:
            name = segment.partition(";")[0].lower()
            return name if name in RESERVED else None
    return None


def _decoded(path: str) -> str:
    """The path, decoded repeatedly until nothing is left to decode."""
    for _ in range(DECODINGS_MAX):
        path = unquote(path, errors="replace")
    return path


def _is_canonical(path: str, reserved: str) -> bool:
    """Whether every parser reads the same route from it."""
    inside = path.removeprefix("/").removesuffix("/")
    segments = inside.split("/")
    return (
        segments[0] == reserved
        and not {"", ".", ".."} & set(segments)
        and not {"\\", ";"} & set(path)
        and not _NEEDLESS_ENCODING.search(path)
        and urlsplit(path).path == path
    )
