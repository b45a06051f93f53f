"""A function that calls services without an emulator, and reads secrets and parameters."""

from pathlib import Path

from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

ASSISTANT = TemplatesPipeline(template=Path(__file__).parent / "template.yaml")
