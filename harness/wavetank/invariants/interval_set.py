"""Compact collections in which invariants remember a long run."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator


class IntervalSet:
    """A set of integers that are mostly consecutive: memory is used only for its intervals."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def add(self, number: int) -> bool:
        """Add the number; returns False if the set has it already."""
        index = bisect_right(self._firsts, number)
        if index and number <= self._lasts[index - 1]:
            return False
        follows = index > 0 and self._lasts[index - 1] == number - 1
        precedes = index < len(self._firsts) and self._firsts[index] == number + 1
        if follows and precedes:
            self._lasts[index - 1] = self._lasts.pop(index)
            self._firsts.pop(index)
        elif follows:
            self._lasts[index - 1] = number
        elif precedes:
            self._firsts[index] = number
        else:
            self._firsts.insert(index, number)
            self._lasts.insert(index, number)
        return True

    def __contains__(self, number: int) -> bool:
        index = bisect_right(self._firsts, number)
        return index > 0 and number <= self._lasts[index - 1]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """The first and last number of each interval, in order."""
        yield from zip(self._firsts, self._lasts, strict=True)

    def gaps(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """First and last of each interval from `first` to `last` outside of the set, in order."""
        for begin, end in self:
            if end < first:
                continue
            if begin > last:
                break
            if begin > first:
                yield first, begin - 1
            first = end + 1
        if first <= last:
            yield first, last

    def without(self, other: "IntervalSet") -> Iterator[tuple[int, int]]:
        """The intervals of this set that are not in the other, in order."""
        for first, last in self:
            yield from other.gaps(first, last)


class RecentMapping[K, V]:
    """A mapping that drops its oldest key when it holds more than `size`."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._content: OrderedDict[K, V] = OrderedDict()

    def put(self, key: K, value: V) -> None:
        """Add or replace a value."""
        self._content[key] = value
        if len(self._content) > self._size:
            self._content.popitem(last=False)

    def get(self, key: K) -> V | None:
        """The value; None if the key was never added or was dropped."""
        return self._content.get(key)

    def pop(self, key: K) -> V | None:
        """Remove and return the value; None if there is none."""
        return self._content.pop(key, None)
