"""Transactions that are executed once however often they are sent with the same token.

The SDK gives each TransactWriteItems a ClientRequestToken and repeats it when it retries, so that a
retry after a lost response changes nothing. A token counts for ten minutes after the first request
with it has succeeded; a transaction that was cancelled can be sent again.
[DynamoDB API reference: TransactWriteItems, ClientRequestToken; developer guide:
transaction-apis.html, idempotency]
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

TOKEN_LIFETIME = timedelta(minutes=10)
TOKEN = "ClientRequestToken"  # noqa: S105 - the name of a parameter
OPERATIONS = frozenset({"TransactWriteItems", "ExecuteTransaction"})


class ParameterMismatchError(Exception):
    """A ClientRequestToken was used again with other parameters."""


@dataclass(frozen=True)
class RequestToken:
    """A ClientRequestToken, in the account and region where it was used."""

    account: str
    region: str
    operation: str
    text: str


@dataclass(frozen=True)
class CompletedRequest:
    """A request that succeeded, without its token; its response, and when it succeeded."""

    request: str
    answer: str
    completed: datetime


class IdempotentRequests:
    """Completed requests of the last ten minutes, by their ClientRequestToken."""

    def __init__(self) -> None:
        self._completed: dict[RequestToken, CompletedRequest] = {}

    def find(self, token: RequestToken, request: str, now: datetime) -> str | None:
        """The answer to the same request if it has succeeded less than ten minutes ago, else None.

        Raises:
            ParameterMismatchError: another request with the token has succeeded since.
        """
        self._forget(now)
        known = self._completed.get(token)
        if known is None:
            return None
        if known.request != request:
            raise ParameterMismatchError
        return known.answer

    def add(self, token: RequestToken, request: str, answer: str, now: datetime) -> None:
        """Record that the request has succeeded with this answer."""
        self._completed[token] = CompletedRequest(request, answer, now)

    def clear(self) -> None:
        """Forget all requests."""
        self._completed.clear()

    def to_save(self) -> Iterator[dict[str, Any]]:
        """Every token and its request, as JSON."""
        for token, known in list(self._completed.items()):  # calls add and remove meanwhile
            times = {"completed": known.completed.isoformat()}
            yield asdict(token) | asdict(known) | times

    def restore(self, row: Mapping[str, str]) -> None:
        """Add a token that `to_save` has given."""
        token = RequestToken(*(row[n] for n in ("account", "region", "operation", "text")))
        completed = datetime.fromisoformat(row["completed"])
        self._completed[token] = CompletedRequest(row["request"], row["answer"], completed)

    def _forget(self, now: datetime) -> None:
        """Remove expired tokens; the oldest come first, because time does not go back."""
        for token, known in list(self._completed.items()):
            if now - known.completed < TOKEN_LIFETIME:
                return
            del self._completed[token]
