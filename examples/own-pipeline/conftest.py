"""The pipeline that Wavetank's fixtures deploy."""

from pathlib import Path

import pytest

from wavetank import TemplatesPipeline

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def wavetank_pipeline() -> TemplatesPipeline:
    """The template that is deployed to AWS, with the code beside it."""
    return TemplatesPipeline(template=HERE / "template.yaml", code=HERE / "src")
