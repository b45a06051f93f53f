"""Functions with compiled libraries and Powertools, which `sam build` or pip puts beside them."""

from pathlib import Path

from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

LIBRARIES = TemplatesPipeline(template=Path(__file__).parent / "template.yaml")
