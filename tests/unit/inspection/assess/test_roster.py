"""The roster is read in every form that spreadsheets export; errors name the position."""

from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.inspection.assess.roster import Person, read_roster

DORA = Person(line=2, first_name="Dora", surname="Explorer")


def read(folder: Path, content: str | bytes) -> tuple[Person, ...]:
    """The persons that are read from the content."""
    path = folder / "class.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_roster(path)


@pytest.mark.parametrize(
    "content",
    [
        "name,surname\nDora,Explorer\n",
        "Surname;NAME\r\nExplorer;Dora\r\n",
        "\ufeffname\tsurname\nDora\tExplorer",
        ' Name , "Surname"\n Dora ,Explorer\n\n,\n',
        "name,surname,Stream ARN,e-mail,bucket\nDora,Explorer,,,\n",
        "name,surname,bucket\nDora,Explorer\n",
    ],
)
def test_the_same_person_is_read_from_every_form(tmp_path: Path, content: str) -> None:
    """Delimiter, case, order, byte order mark, spaces and empty lines make no difference."""
    assert read(tmp_path, content) == (DORA,)


def test_line_numbers_match_an_editor(tmp_path: Path) -> None:
    """Over blank lines and over cells with line breaks in them."""
    people = read(tmp_path, '\n\nname;surname\n\n"Do\nra";Explorer\nAda;Lovelace\n')
    assert [person.line for person in people] == [5, 7]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("first,surname\nDora,Explorer\n", ["'first' in line 1, column 1", "name, surname"]),
        ("\nname;family\nDora;Explorer\n", ["'family' in line 2, column 2"]),
        ("name,surname,Name\nD,E,F\n", ["again 'Name' in line 1, column 3"]),
        ("name,bucket\nDora,b\n", ["a column surname in line 1"]),
        ("name,surname\n", ["only a header"]),
        ("", ["nothing in"]),
        ('name,surname\nDora,"Explorer\n', ["in line 2"]),
        ("name,surname\nDora,Ren\u00e9\n".encode("latin-1"), ["0xe9 in line 2"]),
    ],
)
def test_errors_name_line_and_column(
    tmp_path: Path, content: str | bytes, parts: list[str]
) -> None:
    """Each invalid roster is refused with the position to correct."""
    with pytest.raises(UsageError) as refused:
        read(tmp_path, content)
    for part in parts:
        assert part in str(refused.value)


def test_a_line_with_too_many_cells_is_its_own_problem(tmp_path: Path) -> None:
    """The other lines are read."""
    people = read(tmp_path, "name,surname\nDora,Explorer,of,much\nAda,Lovelace\n")
    assert [person.problem for person in people] == ["2 more cells than the header has", ""]


def test_no_list_is_a_usage_error(tmp_path: Path) -> None:
    """The message names the path."""
    with pytest.raises(UsageError, match="absent"):
        read_roster(tmp_path / "absent.csv")
