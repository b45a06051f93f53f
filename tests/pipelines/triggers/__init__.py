"""A function for each trigger, which stores the event that it gets, in one SAM template."""

from pathlib import Path

from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

TRIGGERS = TemplatesPipeline(template=Path(__file__).parent / "template.yaml")
