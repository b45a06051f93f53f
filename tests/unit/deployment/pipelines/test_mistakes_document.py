"""The message about a template with several mistakes is the one that the documents quote."""

from pathlib import Path

import pytest

from tests.documents import blocks
from wavetank.core.errors import UsageError
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

DOCUMENT = "docs/testing-your-own-pipeline.md"


def test_the_quoted_message_is_that_of_the_quoted_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the letter, as the command prints it in the template's folder."""
    (template,) = blocks(DOCUMENT, "yaml mistakes")
    (quoted,) = blocks(DOCUMENT, "text mistakes")
    monkeypatch.chdir(tmp_path)
    Path("template.yaml").write_text(template)
    with pytest.raises(UsageError) as raised:
        TemplatesPipeline(template=Path("template.yaml")).check()
    assert quoted == f"wavetank: {raised.value}\n"
