"""The schemas of resource types, in the forms in which versions of cfn-lint ship them."""

from pathlib import Path

import pytest

from wavetank.core.errors import InfrastructureError
from wavetank.templates.resource_schemas import read_keys, resource_schema, resource_types

KEYS = {"AWS::SQS::Queue": "0a1b"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("eu-west-1.json", '{"AWS::SQS::Queue": "0a1b"}'),
        ("eu_west_1.py", 'types: dict[str, str] = {"AWS::SQS::Queue": "0a1b"}'),
    ],
)
def test_keys_are_read_in_each_form(name: str, text: str, tmp_path: Path) -> None:
    """cfn-lint 1.58 has JSON, 1.45 has modules; pip takes either."""
    (tmp_path / name).write_text(text)
    assert read_keys(tmp_path) == KEYS


def test_a_form_that_is_not_known_says_which_version_to_install(tmp_path: Path) -> None:
    """A later version may have another."""
    with pytest.raises(InfrastructureError, match="wavetank\\[pinned\\]"):
        read_keys(tmp_path)


def test_the_installed_version_has_schemas() -> None:
    """Whichever it is."""
    assert "AWS::Lambda::Function" in resource_types()
    assert "Handler" in resource_schema("AWS::Lambda::Function")["properties"]
