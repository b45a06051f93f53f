"""An HTTP request as it was sent: the raw path and query, and the headers before any change."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from string import printable
from urllib.parse import quote, unquote_plus, urlsplit


@dataclass(frozen=True)
class HttpMessage:
    """The parts of an HTTP request that are signed, without its body.

    `path` and `query` are percent-encoded as sent. `headers` have lower-case names; values of
    headers that were sent more than once are joined by commas.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    @cached_property
    def query_pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values in the order of the query; a name alone has an empty value.

        Percent-encoded bytes are decoded as Latin-1, so that no two byte strings become the same.
        """
        parts = (part.partition("=") for part in self.query.split("&") if part)
        return tuple((_decoded(name), _decoded(value)) for name, _, value in parts)

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The query's parameters by name; of a repeated one, the first, as LocalStack reads it."""
        return dict(reversed(self.query_pairs))

    @cached_property
    def repeated_parameters(self) -> frozenset[str]:
        """Names of the repeated parameters."""
        counts = Counter(name for name, _ in self.query_pairs)
        return frozenset(name for name, count in counts.items() if count > 1)


def make_message(
    method: str, target: str, headers: Iterable[tuple[str, str]], fallback_path: str = "/"
) -> HttpMessage:
    """Make a message from a request line's target, which may be a path or a whole URL."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    if not target.isascii():
        target = quote(target, safe=printable)
    path, _, query = target.partition("?")
    if not path.startswith("/"):  # absolute form, as sent to a proxy (RFC 9112, 3.2.2)
        path = urlsplit(path).path
    return HttpMessage(method, path or fallback_path, query, joined)


def _decoded(text: str) -> str:
    return unquote_plus(text, encoding="latin-1")
