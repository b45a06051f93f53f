"""Numbers, names and paths in text."""

from pathlib import Path


def pluralize(count: int, noun: str) -> str:
    """`1 object`, `2 objects`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def short_path(file: Path) -> str:
    """The path, relative to the current folder if it is below that."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def last_part(identifier: str) -> str:
    """The name in an ARN or a URL; a name as it is."""
    return identifier.rpartition("/")[2].rpartition(":")[2]


def file_position(file: Path, line: int) -> str:
    """`src/app.py:12`, of a line of a file, which editors and terminals open."""
    return f"{short_path(file)}:{line}"


def span(seconds: float) -> str:
    """`45 s`, `3 min 12 s`, `2 h 5 min`, `1 d 3 h`: the two largest units, rounded down."""
    whole = max(0, int(seconds))
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, whole = divmod(whole, size)
        parts.append((count, unit))
    first = next((n for n, (count, _) in enumerate(parts) if count), len(parts) - 1)
    parts_shown = [f"{count} {unit}" for count, unit in parts[first : first + 2] if count]
    return " ".join(parts_shown) or "0 s"
