"""Whether a request to our routes may be answered: never one that another site's page makes.

A sandbox is reached by a browser that also shows other sites, and whoever can reach it can run code
in it. So a page of another site may not change anything here, nor read anything, by whatever name
it has this machine called. Programs send none of a browser's headers and are answered.

- `Host` is a name of this machine's loopback, an IP address, or the name that LocalStack has:
  any other may belong to a site whose name was made to lead here (DNS rebinding).
- `Origin`, which browsers send with every request that changes something, is this very site.
- `Sec-Fetch-Site` says the same; a link from elsewhere may open a page, and do no more.
- A body is JSON, or a form of our own pages: neither comes from another site without being asked.

[Fetch standard: Origin; Fetch metadata request headers; RFC 6761 6.3: localhost]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

READING = frozenset({"GET", "HEAD"})
LOOPBACK = "localhost"
JSON = "application/json"
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


@dataclass(frozen=True)
class Asked:
    """What tells where a request comes from. The names in `headers` are small letters."""

    method: str
    headers: Mapping[str, str]
    has_body: bool = False

    @property
    def host(self) -> str:
        """Whom the request is addressed to."""
        return self.headers.get("host", "")


def refusal(asked: Asked, own_name: str) -> str | None:
    """Why the request is not answered, as a sentence; None where it is."""
    if not _is_own(_name(asked.host), own_name):
        return f"expected Host to be localhost, an address or {own_name}; found {asked.host!r}"
    origin = asked.headers.get("origin")
    if origin is not None and origin not in {f"http://{asked.host}", f"https://{asked.host}"}:
        return f"expected no other site to ask; found Origin {origin!r}"
    if not _is_of_own_site(asked):
        return f"expected no other site to ask; found {asked.headers['sec-fetch-site']!r}"
    return None if asked.method in READING else _refused_body(asked)


def _is_of_own_site(asked: Asked) -> bool:
    """By what a browser says of it; whoever is none says nothing."""
    site = asked.headers.get("sec-fetch-site")
    if site is None or site == "same-origin":
        return True
    mode, destination = (asked.headers.get(f"sec-fetch-{name}") for name in ("mode", "dest"))
    followed = (mode, destination) == ("navigate", "document")
    return asked.method in READING and (site == "none" or followed)


def _refused_body(asked: Asked) -> str | None:
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in FORMS and "origin" not in asked.headers:
        return f"expected {JSON}, or a form of a page here; found a form of none"
    if asked.has_body and kind not in FORMS and kind != JSON:
        return f"expected {JSON}; found {kind or 'no Content-Type'}"
    return None


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_own(name: str, own_name: str) -> bool:
    return (
        name in {LOOPBACK, own_name.lower()} or name.endswith(f".{LOOPBACK}") or _is_address(name)
    )


def _is_address(name: str) -> bool:
    """An address is nobody's to lead elsewhere."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
