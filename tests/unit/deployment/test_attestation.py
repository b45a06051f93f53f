"""Passes are recorded and found again for the same bytes, and for no others."""

from dataclasses import replace
from pathlib import Path

import pytest

from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.core.settings import read_settings
from wavetank.deployment.attestation import SUITE, Attestation
from wavetank.deployment.fingerprint import Fingerprint, project_fingerprints, template_sha256

PLAYED = Fingerprint(
    streaming="s", notification="n", storage_template="a", pipeline_template="b", record_format="f"
)


def test_passes_are_found_by_every_byte(tmp_path: Path) -> None:
    """In the order in which they were recorded; other bytes have passed nothing."""
    kept = Attestation(tmp_path / "state", WallClock())
    assert kept.passes(PLAYED) == []
    assert kept.nearest(PLAYED) == ()
    kept.add("calm-day", PLAYED, seed=7, digest="d" * 64)
    kept.add(SUITE, PLAYED)
    found = kept.passes(PLAYED)
    assert [(entry.scenario, entry.seed) for entry in found] == [("calm-day", 7), (SUITE, None)]
    other = replace(PLAYED, streaming="other", record_format="original")
    assert kept.passes(other) == []
    assert kept.nearest(other) == ("the streaming function's code", "the format of the records")


def test_an_invalid_line_is_named(tmp_path: Path) -> None:
    """A truncated line neither counts as a pass nor goes unnoticed."""
    kept = Attestation(tmp_path, WallClock())
    kept.add(SUITE, PLAYED)
    with kept.path.open("a") as file:
        file.write('{"scenario": "calm')
    with pytest.raises(UsageError, match="line 2 of"):
        kept.passes(PLAYED)


def test_the_projects_folder_has_one_fingerprint_for_each_format() -> None:
    """Equal each time it is read, and equal but for the format."""
    folder = read_settings().shipped_folder
    first = project_fingerprints(folder)
    assert project_fingerprints(folder) == first
    assert [entry.record_format for entry in first] == ["ndjson", "original"]
    assert list(first[0].differences(first[1])) == ["the format of the records"]


def test_addresses_do_not_change_the_template_hash() -> None:
    """Nor does the notation; any other resource does."""
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    address = {"Address": {"Type": "AWS::SNS::Subscription", "Properties": {"Endpoint": "x"}}}
    plain = template_sha256({"Description": "d", "Resources": topic})
    assert template_sha256({"Resources": topic | address, "Description": "d"}) == plain
    assert template_sha256({"Resources": topic | {"Other": topic["Topic"]}}) != plain
