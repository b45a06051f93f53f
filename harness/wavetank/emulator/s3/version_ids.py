"""The ids of objects' versions, which are the same in each run with one seed.

LocalStack makes them of a number, by which it sorts versions, and random bytes; the number begins
with the time at which the process started. [LocalStack 4.14: services/s3/utils.py]
"""

import base64
import uuid

from wavetank.emulator.patches import patch_of
from wavetank.emulator.service_ids import IDS

NUMBER_BYTES = 8


class VersionIds:
    """Numbers versions from 0; `number` is that of the next one, and can be restored."""

    def __init__(self) -> None:
        self.number = 0

    def new(self) -> str:
        """A further id, whose bytes sort after all others; LocalStack needs it without a hyphen."""
        content = self.number.to_bytes(NUMBER_BYTES) + uuid.UUID(IDS.new()).bytes
        self.number += 1
        return base64.b64encode(content, altchars=b"._").decode()


VERSIONS = VersionIds()
"""The process's version ids, for the buckets of all accounts."""


def make_versions_repeatable() -> None:
    """Replace LocalStack's ids of versions by numbered ones."""
    patch_of("localstack.services.s3.provider:generate_safe_version_id").apply(VERSIONS.new)
