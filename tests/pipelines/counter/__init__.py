"""A function behind a URL and a REST API: what `simulator.http` and a workload call."""

from pathlib import Path

from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

COUNTER = TemplatesPipeline(template=Path(__file__).parent / "template.yaml")
