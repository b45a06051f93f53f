"""Ids of versions: in the order of their creation, for LocalStack's comparison."""

from itertools import pairwise

from localstack.services.s3.utils import is_version_older_than_other

from wavetank.emulator.s3.version_ids import VersionIds


def test_ids_sort_in_the_order_of_their_creation() -> None:
    """By their bytes, across the borders at which their text does not; and none has a hyphen."""
    ids = VersionIds()
    found = [ids.new() for _ in range(600)]
    assert all(is_version_older_than_other(old, new) for old, new in pairwise(found))
    assert "-" not in "".join(found)
