"""Origins of web pages.

An origin is a scheme, a host and a port, and all three count: another port of localhost belongs to
another program. Any site can make a page with the origin `null`.
[HTML standard: origin; Fetch standard: Origin header]
"""

import re

from wavetank.emulator.http_guard.targets import NotCanonicalError, parse_authority

NULL_ORIGIN = "null"
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#\s]*)", re.IGNORECASE)


def normalized_origin(text: str) -> str | None:
    """The origin as browsers write it; None for `null`, a path, or an invalid origin."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        return None
    scheme = found[1].lower()
    if not found[2]:
        return f"{scheme}://"  # such as file://, which Electron sends
    try:
        return parse_authority(found[2]).origin(scheme)
    except NotCanonicalError:
        return None


def origin_of_url(url: str) -> str | None:
    """The origin of a Referer's URL."""
    found = _ORIGIN.match(url)
    return normalized_origin(found[0]) if found else None
