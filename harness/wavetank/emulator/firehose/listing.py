"""A page of the names of delivery streams; pure.

[Amazon Data Firehose API reference: ListDeliveryStreams]
"""

from collections.abc import Mapping

LIMIT_DEFAULT = 10


def page_of_names(
    types: Mapping[str, str], *, limit: int | None, kind: str | None, after: str | None
) -> tuple[list[str], bool]:
    """The names in alphabetical order, and whether there are more after them.

    Args:
        types: The type of each stream by name.
        limit: The most names; 10 without one.
        kind: The type of the streams; any without one.
        after: The last name of the page before.
    """
    names = sorted(
        name
        for name, found in types.items()
        if kind in {None, found} and (after is None or name > after)
    )
    count = limit or LIMIT_DEFAULT
    return names[:count], len(names) > count
