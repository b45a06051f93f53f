"""The identity of a delivery stream: its account, its region and its name.

A name is unique only within an account and a region. [Amazon Data Firehose API reference:
CreateDeliveryStream, DeliveryStreamName]
"""

from dataclasses import dataclass

from wavetank.core.settings import REGION, SANDBOX_ACCOUNT


@dataclass(frozen=True, order=True)
class StreamId:
    """The identity of a delivery stream: account, region and name."""

    account: str
    region: str
    name: str

    @property
    def arn(self) -> str:
        """The ARN of the stream."""
        return f"arn:aws:firehose:{self.region}:{self.account}:deliverystream/{self.name}"

    @property
    def label(self) -> str:
        """How people and fault plans refer to the stream: by its name, elsewhere by its ARN.

        Elsewhere is any account or region but the sandbox's own.
        """
        is_own = (self.account, self.region) == (SANDBOX_ACCOUNT, REGION)
        return self.name if is_own else self.arn


def own_stream(name: str) -> StreamId:
    """The stream of that name in the sandbox's own account and region."""
    return StreamId(SANDBOX_ACCOUNT, REGION, name)
