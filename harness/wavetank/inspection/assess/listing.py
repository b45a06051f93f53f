"""Lists the newest objects of a delivery stream in few requests, however many keys there are.

Firehose names an object PREFIX/YYYY/MM/DD/HH/STREAM-1-YYYY-MM-DD-HH-MM-SS-UUID, in UTC, and S3
lists keys in order, so the newest hours are found by their folders. Objects with other names were
put by someone else; they are reported and not read. Of a prefix of another form, one page is
listed. [Amazon Data Firehose developer guide, s3-object-name, s3-prefixes]
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import DeliveredObject
from wavetank.inspection.assess.deadline import Deadline

PAGES_MAX = 3
"""Of the newest hours; an hour of a tick a minute has sixty keys."""
ROOTS_MAX = 3
"""Prefixes in which folders of years are searched for."""
EARLIER_SECONDS = timedelta(minutes=30)
"""How long before its delivery an object's folder may be: Firehose buffers up to 15 minutes."""
YEAR = re.compile(r"[0-9]{4}/")
PART = re.compile(r"[0-9]{2}/")
DELIVERED = re.compile(
    r"(?:[\w.=-]+/)*[\w.-]+-[0-9]+-[0-9]{4}(?:-[0-9]{2}){5}-[0-9a-f-]{36}(?:\.\w+)?", re.ASCII
)
HOURS = "%Y/%m/%d/%H/"


@dataclass(frozen=True)
class Listing:
    """The newest objects of a bucket, oldest first; `others` are keys that are no deliveries.

    `began` says that nothing was delivered before these; `cut` that more objects exist than were
    listed.
    """

    objects: tuple[DeliveredObject, ...]
    others: tuple[str, ...]
    began: bool
    cut: bool


@dataclass(frozen=True)
class _Page:
    objects: tuple[DeliveredObject, ...]
    folders: tuple[str, ...]
    cut: bool


@dataclass(frozen=True)
class Lister:
    """Lists the newest delivered objects of one bucket."""

    aws: AwsClients
    bucket: str
    deadline: Deadline
    page_keys: int = 1000
    """S3's maximum."""

    def newest(self, now: datetime, span: timedelta) -> Listing:
        """The objects delivered in the last `span`, or in the `span` before the newest one.

        Raises:
            ClientError: the bucket cannot be listed.
            ConditionTimeoutError: it takes too long.
        """
        top = self._page(delimiter="/")
        root = self._root(top, now)
        if root is None:
            every = self._page()
            return _classified(every.objects, top, root, began=not every.cut, cut=every.cut)
        recent = self._since(root, now - span - EARLIER_SECONDS)
        if not recent.objects:
            hour = self._newest_hour(root, now)
            recent = self._since(root, hour - span - EARLIER_SECONDS) if hour else recent
        return _classified(
            recent.objects, top, root, began=self._began(root, recent), cut=recent.cut
        )

    def _root(self, top: _Page, now: datetime) -> str | None:
        """The prefix with folders of years; None if none has any."""
        if any(YEAR.fullmatch(folder) for folder in top.folders):
            return ""
        if top.cut and self._page(f"{now.astimezone(UTC):%Y/}", most=1).objects:
            return ""
        for folder in top.folders[:ROOTS_MAX]:
            below = self._page(folder, delimiter="/").folders
            if any(YEAR.fullmatch(name.removeprefix(folder)) for name in below):
                return folder
        return None

    def _since(self, root: str, instant: datetime) -> _Page:
        """All objects below the root from that hour on."""
        objects: list[DeliveredObject] = []
        after = f"{root}{instant.astimezone(UTC):{HOURS}}"
        for _ in range(PAGES_MAX):
            page = self._page(root, after=after)
            dated = [entry for entry in page.objects if YEAR.match(entry.key, len(root))]
            objects += dated
            if not page.cut or not dated:
                return _Page(tuple(objects), (), cut=False)
            after = page.objects[-1].key
        return _Page(tuple(objects), (), cut=True)

    def _newest_hour(self, root: str, now: datetime) -> datetime | None:
        """Descends into the last folder of each level, ignoring folders of the future."""
        latest = f"{root}{now.astimezone(UTC):{HOURS}}"
        path = root
        for form in (YEAR, PART, PART, PART):
            folders = self._page(path, delimiter="/").folders
            fitting = [
                folder
                for folder in folders
                if form.fullmatch(folder.removeprefix(path)) and folder <= latest
            ]
            if not fitting:
                return None
            path = max(fitting)
        try:
            return datetime.strptime(path.removeprefix(root), HOURS).replace(tzinfo=UTC)
        except ValueError:  # folders that look like a date, such as 2026/13/45
            return None

    def _began(self, root: str, recent: _Page) -> bool:
        """Whether the first key of all is among the recent ones."""
        years = [f for f in self._page(root, delimiter="/").folders if YEAR.fullmatch(f, len(root))]
        if not years or not recent.objects:
            return False
        first = self._page(min(years), most=1).objects
        return bool(first) and first[0].key == recent.objects[0].key

    def _page(
        self, prefix: str = "", *, after: str = "", delimiter: str = "", most: int | None = None
    ) -> _Page:
        self.deadline.check()
        chosen: Any = {"Prefix": prefix, "StartAfter": after, "Delimiter": delimiter}
        answer: Any = self.aws.s3.list_objects_v2(
            Bucket=self.bucket,
            MaxKeys=most or self.page_keys,
            **{name: value for name, value in chosen.items() if value},
        )
        return _Page(
            tuple(
                DeliveredObject(entry["Key"], entry["Size"], entry["LastModified"])
                for entry in answer.get("Contents", [])
            ),
            tuple(entry["Prefix"] for entry in answer.get("CommonPrefixes", [])),
            cut=answer.get("IsTruncated", False),
        )


def _classified(
    objects: Sequence[DeliveredObject], top: _Page, root: str | None, *, began: bool, cut: bool
) -> Listing:
    """The deliveries, and the other keys."""
    delivered = {entry.key: entry for entry in objects if DELIVERED.fullmatch(entry.key)}
    folders = {name for name in top.folders if root is not None and name != root}
    others = {entry.key for entry in (*objects, *top.objects)} - delivered.keys()
    return Listing(
        tuple(sorted(delivered.values(), key=lambda entry: (entry.modified, entry.key))),
        tuple(sorted(others | {name for name in folders if not YEAR.fullmatch(name)})),
        began=began,
        cut=cut,
    )
