"""Which `wavetank.toml` a suite is about."""

from pathlib import Path

import pytest

from wavetank.pytest_plugin.suite_project import suite_project


@pytest.mark.parametrize(
    ("working", "found"),
    [
        ("shop", ""),
        ("shop/orders", "orders"),
        ("shop/orders/tests", "orders"),
        (".", ""),
    ],
    ids=["the root", "a part", "the tests of a part", "outside the root"],
)
def test_the_nearest_project_is_found(tmp_path: Path, working: str, found: str) -> None:
    """Of a repository that has one for the whole and one for a part."""
    root = tmp_path / "shop"
    (root / "orders" / "tests").mkdir(parents=True)
    for folder in (root, root / "orders"):
        (folder / "wavetank.toml").touch()
    assert suite_project(root, tmp_path / working).folder == root / found
