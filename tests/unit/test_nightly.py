"""The nightly run goes on where it was, and never takes a part for passed that is not."""

from typing import Any

import pytest

from tests.nightly import NightlyParts

ONE = ["tests/a/test_one.py::test_a", "tests/a/test_one.py::test_b"]
OTHER = ["tests/a/test_other.py::test_c"]


class Cache:
    """What pytest's cache keeps between runs."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, key: str, default: Any) -> Any:
        """As pytest's."""
        return self.kept.get(key, default)

    def set(self, key: str, value: object) -> None:
        """As pytest's."""
        self.kept[key] = value


def parts(cache: Any, *, restart: bool = False) -> NightlyParts:
    """A run of all three tests."""
    made = NightlyParts(cache, restart=restart)
    made.expect([*ONE, *OTHER])
    return made


def end(run: NightlyParts, nodeid: str, outcome: Any = "passed") -> None:
    """Reports the test's call and its end."""
    for when, result in (("call", outcome), ("teardown", "passed")):
        run.pytest_runtest_logreport(
            pytest.TestReport(nodeid, ("", 0, ""), {}, result, None, when)  # type: ignore[arg-type]  # `when` is one of its literals
        )


def test_a_part_passes_with_its_last_test() -> None:
    """An interrupted one is run again, a finished one is not."""
    cache = Cache()
    run = parts(cache)
    end(run, ONE[0])
    end(run, OTHER[0])
    assert parts(cache).passed_before == {"tests/a/test_other.py"}
    end(run, ONE[1])
    assert parts(cache).passed_before == {"tests/a/test_one.py", "tests/a/test_other.py"}


def test_a_part_with_a_failure_does_not_pass() -> None:
    """Whichever of its tests fails, and also in a later run that restarts."""
    cache = Cache()
    run = parts(cache)
    end(run, ONE[0], "failed")
    end(run, ONE[1])
    assert parts(cache).passed_before == frozenset()


def test_other_files_or_a_restart_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passed was other code, or is not asked for."""
    cache = Cache()
    end(parts(cache), OTHER[0])
    assert parts(cache, restart=True).passed_before == frozenset()
    monkeypatch.setattr("tests.nightly.fingerprint", lambda: "changed")
    assert parts(cache).passed_before == frozenset()


def test_a_group_behind_a_tests_name_is_not_part_of_it() -> None:
    """Reports of xdist may name the group behind the test."""
    cache = Cache()
    end(parts(cache), f"{OTHER[0]}@group")
    assert parts(cache).passed_before == {"tests/a/test_other.py"}
