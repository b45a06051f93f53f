"""A SAM template: beds of a garden, watered every ten minutes if their soil is dry."""

from pathlib import Path

from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

GARDEN = TemplatesPipeline(template=Path(__file__).parent / "template.yaml")
