"""The names that other people's suites import from `wavetank` itself."""

import subprocess
import sys

import pytest

import wavetank
from tests.unit import public_api_sample


@pytest.mark.parametrize("name", wavetank.__all__)
def test_each_public_name_is_there(name: str) -> None:
    """And is the class that bears the name."""
    assert getattr(wavetank, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As of any module, so that `hasattr` works."""
    assert not hasattr(wavetank, "NoSuchName")


def test_the_type_checked_sample_uses_every_public_name() -> None:
    """A new name is type-checked as its users will see it."""
    assert set(wavetank.__all__) <= set(vars(public_api_sample))


def test_importing_the_package_imports_nothing_else() -> None:
    """Pytest loads the plug-in in suites that do not use it."""
    script = "import sys, wavetank; print([m for m in sys.modules if m.startswith('wavetank.')])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
