"""What judges remember of a long run, in little memory."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator


class Spans:
    """A set of whole numbers that mostly follow one another: memory is for its gaps only."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def add(self, number: int) -> bool:
        """Puts it in; False where it was in already."""
        place = bisect_right(self._firsts, number)
        if place and number <= self._lasts[place - 1]:
            return False
        follows = place > 0 and self._lasts[place - 1] == number - 1
        precedes = place < len(self._firsts) and self._firsts[place] == number + 1
        if follows and precedes:
            self._lasts[place - 1] = self._lasts.pop(place)
            self._firsts.pop(place)
        elif follows:
            self._lasts[place - 1] = number
        elif precedes:
            self._firsts[place] = number
        else:
            self._firsts.insert(place, number)
            self._lasts.insert(place, number)
        return True

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._firsts, number)
        return place > 0 and number <= self._lasts[place - 1]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """First and last of each stretch, in order."""
        yield from zip(self._firsts, self._lasts, strict=True)

    def gaps(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """First and last of each stretch from `first` to `last` that is not in it, in order."""
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

    def without(self, other: "Spans") -> Iterator[tuple[int, int]]:
        """The stretches of this one that are not in the other, in order."""
        for first, last in self:
            yield from other.gaps(first, last)


class Recent[K, V]:
    """A mapping that forgets what was put first, once it holds more than `size`."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._content: OrderedDict[K, V] = OrderedDict()

    def put(self, key: K, value: V) -> None:
        """Puts it in, or replaces it."""
        self._content[key] = value
        if len(self._content) > self._size:
            self._content.popitem(last=False)

    def get(self, key: K) -> V | None:
        """None where it was never put, or is forgotten."""
        return self._content.get(key)

    def pop(self, key: K) -> V | None:
        """The same, and it is no longer in it."""
        return self._content.pop(key, None)
