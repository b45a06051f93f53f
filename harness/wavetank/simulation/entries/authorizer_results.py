"""The results of authorizers that are reused for requests with the same key, until they expire.

[API Gateway developer guide: configure-api-gateway-lambda-authorization]
"""

from datetime import datetime, timedelta

from wavetank.emulator.http_entries.authorizers import FunctionResult

type ResultKey = tuple[str, ...]


class AuthorizerResults:
    """The results by key; memory is used for those that have not expired."""

    def __init__(self) -> None:
        self._results: dict[ResultKey, tuple[FunctionResult, datetime]] = {}

    def __len__(self) -> int:
        return len(self._results)

    def get(self, key: ResultKey, now: datetime) -> FunctionResult | None:
        """The result that was added for the key; None without one, or if it has expired."""
        result, until = self._results.get(key, (None, now))
        return result if until > now else None

    def add(self, key: ResultKey, result: FunctionResult, now: datetime, ttl: timedelta) -> None:
        """Reuse the result for that long."""
        self._results.pop(key, None)
        # the oldest come first, so the loop ends at the first that is valid: one with a long `ttl`
        # may keep later ones in memory until it expires
        while self._results:
            oldest, (_, until) = next(iter(self._results.items()))
            if until > now:
                break
            del self._results[oldest]
        self._results[key] = result, now + ttl
