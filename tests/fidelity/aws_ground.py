"""An AWS account as the place where behaviours are observed."""

from typing import Any, NoReturn

from tests.fidelity.ground import Ground
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError

DELIVERY_SECONDS = 90
"""A stream of a row buffers for 60 s, and an object is listed soon after it is written."""


class NotOnAwsError(UsageError):
    """The row needs something that one AWS account does not have."""


class AwsGround(Ground):
    """The account of the clients. What rows reach besides AWS's API is refused with the reason."""

    def __init__(self, aws: AwsClients, clock: Clock) -> None:
        object.__setattr__(self, "aws", aws)
        object.__setattr__(self, "_clock", clock)

    @property
    def endpoint(self) -> str:
        """Refused: there is no sandbox."""
        _refuse("a sandbox's endpoint")

    @property
    def other(self) -> AwsClients:
        """Refused: only one account is used."""
        _refuse("a second account")

    @property
    def corrected(self) -> bool:
        """AWS behaves as AWS."""
        return True

    def deliver(self) -> None:
        """Wait until Firehose has delivered by itself."""
        clock: Clock = self.__dict__["_clock"]
        clock.sleep(DELIVERY_SECONDS)

    def subjects(self, address: str) -> list[str]:
        """Refused: the mail of an example address cannot be read."""
        del address
        _refuse("a mailbox")

    def confirm(self, address: str) -> None:
        """Refused, as `subjects`."""
        del address
        _refuse("a mailbox")

    def _get(self, path: str) -> Any:
        del path
        _refuse("a sandbox's routes")


def _refuse(what: str) -> NoReturn:
    raise NotOnAwsError("a row that one AWS account can show", f"it needs {what}", "leave it out")
