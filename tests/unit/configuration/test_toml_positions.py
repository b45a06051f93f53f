"""Every key of a TOML text is found where an editor would show it."""

import pytest

from wavetank.configuration.toml_positions import Path, TextPosition, key_positions, position_of


@pytest.mark.parametrize(
    ("text", "path", "position"),
    [
        ("a = 1\n  b = 2", ("b",), (2, 3)),
        ("# a = 1\n\na = 1 # b = 2\nb = 3", ("b",), (4, 1)),
        ("a.b = 1\na.c = 2", ("a", "c"), (2, 1)),
        ('"a.b" = 1', ("a.b",), (1, 1)),
        ("'a' . \"b\\u0063\" = 1", ("a", "bc"), (1, 1)),
        ("[a]\nb = 1\n[ c . d ]\ne = 2", ("c", "d", "e"), (4, 1)),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1, "b"), (4, 1)),
        ("[[a]]\n[a.b]\nc = 1\n[[a.d]]\n[[a.d]]\ne = 1", ("a", 0, "d", 1, "e"), (6, 1)),
        ("a = '''\nb = 1\n[c]\n'''\nb = 2", ("b",), (5, 1)),
        ('a = """\n\\"""\nb = 1\n""""\nb = 2', ("b",), (5, 1)),
        ("a = '\\'\nb = \"#\"\nc = 1", ("c",), (3, 1)),
        ("a = [\n  1, # one\n  [2,\n  3],\n]\nb = 1", ("a", 1, 1), (4, 3)),
        ("a = [\n]\nb = 1", ("b",), (3, 1)),
        ("a = { b = 1, c = [{ d = 2 }] }", ("a", "c", 0, "d"), (1, 21)),
        ("a = [{ b = { c.d = 1.5 } }, 2]\ne = 1", ("e",), (2, 1)),
        ("a = 1979-05-27 07:32:00.5\nb = 2", ("b",), (2, 1)),
        ("a = [1.5, -2e3, inf]\nb = true", ("a", 2), (1, 17)),
        ("a = 1\r\nb = 2\r\n", ("b",), (2, 1)),
        ("[a]\nb = 1", ("a", "missing"), (1, 1)),
        ("\n[a]\nb = 1", ("a", "missing"), (2, 1)),
        ("", ("missing",), (1, 1)),
    ],
)
def test_key_is_found(text: str, path: Path, position: tuple[int, int]) -> None:
    """A key has the line and column where it begins, one that is not there its table's."""
    assert position_of(key_positions(text), path) == TextPosition(*position)
