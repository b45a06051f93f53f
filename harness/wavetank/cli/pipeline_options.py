"""The options by which a command that is printed selects the pipeline of this one."""

from wavetank.configuration.project import project_configuration
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.selection import PipelineChoice


def selecting_options(pipeline: Pipeline) -> dict[str, str]:
    """The options that select the pipeline, without those that have their default."""
    choice = PipelineChoice().in_project(project_configuration())
    usual = choice.pipeline().options()
    return {name: value for name, value in pipeline.options().items() if usual.get(name) != value}
