"""What a sandbox deploys, and the simulator refuses."""

import json
from pathlib import Path

import pytest

from wavetank.core.errors import UsageError
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

TEMPLATE = """
Resources:
  Feed: {Type: AWS::StepFunctions::StateMachine}
  Arrival: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.s3]}}}
"""


def test_a_sandbox_takes_what_the_simulator_does_not(tmp_path: Path) -> None:
    """A state machine is refused by the simulator only, and a pattern's rule is not disabled."""
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    pipeline = TemplatesPipeline(template=path)
    with pytest.raises(UsageError, match=r"StateMachine.* is not simulated; use a sandbox"):
        pipeline.check()
    (stack,) = pipeline.check(simulated=False)
    resources = json.loads(stack.text(str))["Resources"]
    assert "State" not in resources["Arrival"]["Properties"]
