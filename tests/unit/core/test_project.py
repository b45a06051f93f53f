"""A project is found upwards from the working folder, by what marks it."""

import os
from pathlib import Path

import pytest

from tests.rules.source import ROOT
from wavetank.core.installation import SOURCE, TEMPLATE
from wavetank.core.private_files import STATE
from wavetank.core.project import CONFIGURATION, Project, find_project
from wavetank.core.settings import read_settings

OTHERS = 12345
"""A user who is neither root nor the one who runs the tests."""


@pytest.fixture
def inner(tmp_path: Path) -> Path:
    """A folder inside of another, in which nothing marks a project."""
    folder = tmp_path / "project" / "src" / "handlers"
    folder.mkdir(parents=True)
    return folder


def test_a_configuration_marks_its_folder_from_every_folder_below(inner: Path) -> None:
    """As git finds its repository; the state is then beside the configuration."""
    outer = inner.parents[1]
    (outer / CONFIGURATION).touch()
    for start in (outer, inner.parent, inner):
        found = find_project(start)
        assert (found.folder, found.configuration) == (outer, outer / CONFIGURATION)
        assert found.state_folder == outer / STATE


def test_the_state_of_an_earlier_command_marks_its_folder(inner: Path) -> None:
    """So that a command finds the sandbox that another started one folder above."""
    (inner.parents[1] / STATE).mkdir()
    found = find_project(inner)
    assert (found.folder, found.configuration) == (inner.parents[1], None)


def test_the_nearest_mark_counts(inner: Path) -> None:
    """Two projects, one inside of the other, have a sandbox each."""
    (inner.parents[1] / CONFIGURATION).touch()
    (inner / STATE).mkdir()
    assert find_project(inner).folder == inner
    assert find_project(inner.parent).folder == inner.parents[1]


def test_a_clone_is_a_project(tmp_path: Path) -> None:
    """Before anything was run in it, for the launcher and for an installed command."""
    for mark in (TEMPLATE, SOURCE):
        (tmp_path / mark).parent.mkdir(parents=True)
        (tmp_path / mark).touch()
    assert find_project(tmp_path / "init").folder == tmp_path
    assert find_project(ROOT / "docs").folder == ROOT


def test_without_a_mark_it_is_the_default_or_the_folder_itself(inner: Path) -> None:
    """An installed command in an empty folder begins a project there."""
    assert find_project(inner) == Project(inner, None)
    assert find_project(inner, ROOT) == Project(ROOT, None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_a_mark_of_another_user_counts_only_in_the_working_folder(inner: Path) -> None:
    """Anyone can put a file into /tmp, and the templates that it names would be run."""
    outer = inner.parents[1]
    (outer / CONFIGURATION).touch()
    os.chown(outer / CONFIGURATION, OTHERS, OTHERS)
    assert find_project(inner).folder == inner
    assert find_project(outer).folder == outer
    os.chown(inner, OTHERS, OTHERS)  # a whole project of somebody's, which the user has entered
    assert find_project(inner).folder == outer


def test_the_settings_follow_the_project_unless_the_state_is_named(
    inner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WAVETANK_STATE moves the state, and nothing else."""
    outer = inner.parents[1]
    (outer / CONFIGURATION).touch()
    monkeypatch.chdir(inner)
    monkeypatch.delenv("WAVETANK_STATE", raising=False)
    assert (read_settings().project_folder, read_settings().state_folder) == (outer, outer / STATE)
    monkeypatch.setenv("WAVETANK_STATE", "elsewhere")
    assert read_settings().project_folder == outer
    assert read_settings().state_folder == inner / "elsewhere"


def test_a_clone_used_from_a_folder_without_a_mark_has_its_own_state(
    inner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The launcher finds the clone's one sandbox from everywhere, and litters no folder."""
    monkeypatch.chdir(inner)
    monkeypatch.delenv("WAVETANK_STATE", raising=False)
    assert read_settings().project_folder == ROOT
