"""A second pipeline: river gauges, read every five minutes and summed up every hour."""

from pathlib import Path

from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

FOLDER = Path(__file__).parent
SENSORS = TemplatesPipeline(
    storage=FOLDER / "storage.yaml",
    template=FOLDER / "pipeline.yaml",
    code=FOLDER / "code",
    parameters=(("WarnAddress", "cyd@example.com"),),
)
