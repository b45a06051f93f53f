"""First items of tables, in plain JSON."""

import json
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
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


TABLE = """\
Resources:
  Gauges:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: GaugeId, AttributeType: S}
        - {AttributeName: Year, AttributeType: N}
      KeySchema:
        - {AttributeName: GaugeId, KeyType: HASH}
        - {AttributeName: Year, KeyType: RANGE}
"""
GOOD = '{"Gauges": [\n  {"GaugeId": "mill", "Year": 2000},\n  {"GaugeId": "bridge", "Year": 1}\n]}'


@pytest.mark.parametrize(
    ("written", "wrong", "message"),
    [
        (
            *('"Gauges"', '"Gages"'),
            "1: no table 'Gages' in the templates; did you mean Gauges?",
        ),
        (
            *('"GaugeId": "bridge"', '"GaugeID": "bridge"'),
            "3: Gauges: no key 'GaugeId' in the item; write GaugeId instead of GaugeID",
        ),
        (
            *(', "Year": 2000', ""),
            "2: Gauges: no key 'Year' in the item; write it, a number without quotation marks",
        ),
        (
            *('"Year": 1', '"Year": "1"'),
            "3: Gauges: key 'Year' is \"1\"; write a number without quotation marks",
        ),
        (
            *('"mill"', "7"),
            "2: Gauges: key 'GaugeId' is \"7\"; write a text in quotation marks",
        ),
    ],
)
def test_a_table_or_a_key_that_the_template_does_not_have_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, wrong: str, message: str
) -> None:
    """Before anything is deployed, with file, line and field."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.yaml").write_text(TABLE)
    (tmp_path / "seed.json").write_text(GOOD)
    pipeline = TemplatesPipeline(template=tmp_path / "template.yaml")
    assert pipeline.check()
    (tmp_path / "seed.json").write_text(GOOD.replace(written, wrong))
    with pytest.raises(UsageError) as refused:
        pipeline.check()
    assert str(refused.value) == f"seed.json:{message}"
