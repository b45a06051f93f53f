"""First items of tables, in plain JSON."""

import json
from pathlib import Path

from wavetank.templates.table_items import read_items


def test_plain_json_becomes_dynamodbs_types(tmp_path: Path) -> None:
    """Every type that JSON has, numbers with all their digits."""
    text = '{"T": [{"s": "x", "n": 1.50, "i": 12345678901234567890123, "b": true, "z": null, '
    text += '"l": [1, "y"], "m": {"k": false}}]}'
    (tmp_path / "seed.json").write_text(text)
    assert read_items(tmp_path / "seed.json") == {
        "T": [
            {
                "s": {"S": "x"},
                "n": {"N": "1.50"},
                "i": {"N": "12345678901234567890123"},
                "b": {"BOOL": True},
                "z": {"NULL": True},
                "l": {"L": [{"N": "1"}, {"S": "y"}]},
                "m": {"M": {"k": {"BOOL": False}}},
            }
        ]
    }


def test_no_file_means_no_items(tmp_path: Path) -> None:
    """Most pipelines begin with empty tables."""
    assert read_items(tmp_path / "seed.json") == {}
    (tmp_path / "seed.json").write_text(json.dumps({}))
    assert read_items(tmp_path / "seed.json") == {}
