"""Logs that grow while they are printed."""

from wavetank.inspection.log_lines import FollowedLog


def test_only_new_lines_of_a_log_are_returned() -> None:
    """Each line once; a log that was started again from its beginning."""
    lines = ["a"]
    log = FollowedLog(lambda: list(lines))
    assert log.new_lines() == ["a"]
    lines += ["a", "b"]
    assert log.new_lines() == ["a", "b"]
    assert log.new_lines() == []
    lines[:] = ["c"]
    assert log.new_lines() == ["c"]
