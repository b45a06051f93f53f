"""Each clone's Compose project has a name of its own, which is Compose's own choice."""

from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.engines.compose_project import compose_project_name


def _clone(tmp_path: Path, name: str = "my clone", env: str | None = None) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    if env is not None:
        (folder / ".env").write_text(env, encoding="utf-8")
    return folder


def _name(folder: Path, given: str | None = None) -> str:
    return compose_project_name(folder, given, folder / ".wavetank")


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("wavetank", "wavetank"),
        ("My Clone.v-2_b", "myclonev-2_b"),
        ("__9lives", "9lives"),
        ("élan", "lan"),
    ],
)
def test_a_folder_names_its_project_as_compose_does(folder: str, name: str, tmp_path: Path) -> None:
    """So that `docker compose up` in the clone makes the project that the commands look for."""
    assert _name(_clone(tmp_path, folder)) == name


def test_a_folder_with_no_usable_character_still_gets_a_name(tmp_path: Path) -> None:
    """Compose itself refuses such a folder until it is given a name."""
    assert _name(_clone(tmp_path, "工程")).startswith("wavetank-")


@pytest.mark.parametrize(
    "text",
    [
        "COMPOSE_PROJECT_NAME=mine",
        "export COMPOSE_PROJECT_NAME = mine  # why",
        "COMPOSE_PROJECT_NAME='mine'\n",
        'WAVETANK_PORT=1\r\nCOMPOSE_PROJECT_NAME="mine"\r\n',
        "COMPOSE_PROJECT_NAME: mine",
        "#COMPOSE_PROJECT_NAME=no\nCOMPOSE_PROJECT_NAME=first\nCOMPOSE_PROJECT_NAME=mine",
        "\ufeffCOMPOSE_PROJECT_NAME=mine",
    ],
)
def test_the_env_file_names_the_project(text: str, tmp_path: Path) -> None:
    """Compose reads the variable there, in any of its notations."""
    assert _name(_clone(tmp_path, env=text)) == "mine"


@pytest.mark.parametrize("text", ["", "COMPOSE_PROJECT_NAME=\n", "MY_COMPOSE_PROJECT_NAME=x"])
def test_an_env_file_without_a_name_changes_nothing(text: str, tmp_path: Path) -> None:
    """Then the folder names the project."""
    assert _name(_clone(tmp_path, env=text)) == "myclone"


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    """As it does for Compose."""
    assert _name(_clone(tmp_path, env="COMPOSE_PROJECT_NAME=file"), "environment") == "environment"


@pytest.mark.parametrize("name", ["Mine", "-mine", "my name", "$USER", "my/name"])
def test_a_name_that_compose_refuses_is_a_clear_error(name: str, tmp_path: Path) -> None:
    """From either source, and before Docker is asked anything."""
    folder = _clone(tmp_path, env=f"COMPOSE_PROJECT_NAME='{name}'")
    for given in (None, name):
        with pytest.raises(UsageError, match=r"Compose project name .* correct COMPOSE_PROJECT"):
            _name(folder, given)


def test_an_env_file_that_is_no_text_is_a_clear_error(tmp_path: Path) -> None:
    """Compose could not read it either."""
    folder = _clone(tmp_path)
    (folder / ".env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"readable .*\.env"):
        _name(folder)


def test_another_state_folder_has_another_project(tmp_path: Path) -> None:
    """WAVETANK_STATE makes a second sandbox of one clone, in Docker as well."""
    folder = _clone(tmp_path)
    names = {compose_project_name(folder, None, tmp_path / state) for state in ("one", "two")}
    assert len(names | {_name(folder)}) == 3
    assert compose_project_name(folder, "given", tmp_path / "one") == "given"
