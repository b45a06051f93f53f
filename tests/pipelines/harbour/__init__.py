"""A SAM template in which services push events: ships report, and what they report is entered."""

from pathlib import Path

from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

HARBOUR = TemplatesPipeline(template=Path(__file__).parent / "template.yaml")
