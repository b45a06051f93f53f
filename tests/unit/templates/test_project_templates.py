"""The pipeline's template with its e-mail addresses filled in."""

import json
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.templates.project_templates import (
    check_address,
    read_pipeline_template,
    read_template,
)

PIPELINE = Path("init/pipeline.yaml")


def _subscriptions(*addresses: str) -> dict[str, str]:
    resources = json.loads(read_pipeline_template(PIPELINE, addresses))["Resources"]
    return {
        name: resource["Properties"]["Endpoint"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::SNS::Subscription"
    }


def test_each_address_becomes_a_subscription_of_the_topic() -> None:
    """Any number is allowed; duplicates, also in another case, make one subscription."""
    found = _subscriptions("b@example.com", "a@example.com", "A@example.com")
    assert sorted(found.values()) == ["a@example.com", "b@example.com"]


def test_the_others_keep_their_names_when_an_address_is_removed() -> None:
    """A renamed resource is a new subscription, and its owner would have to confirm again."""
    assert (
        _subscriptions("b@example.com").items()
        <= _subscriptions("a@example.com", "b@example.com").items()
    )


@pytest.mark.parametrize("address", ["a@b", "a b@example.com", "@example.com", "x" * 250 + "@e.io"])
def test_an_invalid_address_is_refused_with_the_option_to_correct(address: str) -> None:
    """SNS would only notice by sending to it."""
    with pytest.raises(UsageError, match="correct --email"):
        check_address(address)


def test_a_file_that_is_not_a_template_is_refused_by_name(tmp_path: Path) -> None:
    """A missing file and one without resources have different errors."""
    with pytest.raises(UsageError, match="no file"):
        read_template(tmp_path / "none.yaml")
    empty = tmp_path / "empty.yaml"
    empty.write_text("Description: nothing")
    with pytest.raises(UsageError, match="no Resources"):
        read_template(empty)
