"""The content of a signature, whichever part of the request carries it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum, auto

from wavetank.emulator.signatures.sigv4 import CredentialScope

TIMESTAMP = "%Y%m%dT%H%M%SZ"


class Carrier(StrEnum):
    """The part of a request that carries its signature."""

    HEADER = auto()
    QUERY = auto()
    FORM = auto()


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The content of a request's signature, not verified yet.

    `scope` is None for Signature Version 2. `timestamp` is when it was made, None for a version 2
    link without one. `expires` is when a link or form becomes invalid. `policy` is a form's, in
    Base64 as sent.
    """

    carrier: Carrier
    access_key: str
    signature: str
    scope: CredentialScope | None
    signed_headers: tuple[str, ...] = ()
    timestamp: datetime | None = None
    expires: datetime | None = None
    token: str | None = None
    policy: str | None = None

    @property
    def service(self) -> str:
        """The service that it is for; version 2 is only used for S3 here."""
        return self.scope.service if self.scope else "s3"


def parse_timestamp(text: str) -> datetime | None:
    """An instant from X-Amz-Date's basic ISO 8601 form, or from an HTTP date; None for others."""
    try:
        return datetime.strptime(text, TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None


def amz_date(instant: datetime) -> str:
    """The instant in X-Amz-Date's form."""
    return instant.strftime(TIMESTAMP)
