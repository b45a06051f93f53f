"""Any template is either accepted or refused with a usage error."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from wavetank.core.errors import UsageError
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.templates.supported_resources import CHECKS

NAMES = st.sampled_from(
    [
        *("Arn", "Code", "Destination", "DestinationConfig", "EventBusName", "OnFailure"),
        *("PackageType", "ProcessingConfiguration", "Processors", "Protocol", "Qualifier"),
        *("ExtendedS3DestinationConfiguration", "Runtime", "S3Key", "ScheduleExpression"),
        *("Subscription", "Targets", "Type"),
        *("CodeUri", "Condition", "Events", "Policies", "Layers", "TemplateURL", "Fn::ForEach::L"),
        *("Fn::If", "Fn::Length", "Fn::Select", "Fn::Split", "Fn::ToJsonString", "Fn::Transform"),
        *("Fn::FindInMap", "Fn::GetAtt", "Fn::ImportValue", "Fn::Join", "Fn::Sub", "Ref"),
    ]
)
SERVERLESS = ("Function", "SimpleTable", "LayerVersion", "Api", "StateMachine", "Application")
TYPES = st.sampled_from([*sorted(CHECKS), *(f"AWS::Serverless::{name}" for name in SERVERLESS)])
TEXTS = st.sampled_from(["A", "A.Arn", "${A}", "${B.Arn}:x", "P", "python3.13", "email", "arn:a:b"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
PROPERTIES = st.dictionaries(NAMES, VALUES, max_size=6)
RESOURCES = st.fixed_dictionaries({"Type": TYPES}) | st.builds(
    lambda kind, properties: {"Type": kind, "Properties": properties},
    TYPES,
    PROPERTIES,
)
TRANSFORMS = st.sampled_from(
    ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "Mine"]
).flatmap(lambda name: st.sampled_from([name, [name], [name, "AWS::LanguageExtensions"]]))
SECTION = st.dictionaries(st.sampled_from(["A", "P"]), PROPERTIES | VALUES, max_size=2)


@given(
    st.dictionaries(st.sampled_from(["A", "B"]), RESOURCES | VALUES, min_size=1),
    st.fixed_dictionaries(
        {},
        optional={
            "Conditions": SECTION,
            "Mappings": SECTION,
            "Outputs": SECTION,
            "Transform": TRANSFORMS,
        },
    ),
)
@example(
    {"A": {"Type": "AWS::CloudFormation::Stack"}}, {"Conditions": {"A": {"Fn::FindInMap": {}}}}
)
def test_any_template_passes_or_is_refused_with_a_line_for_each_mistake(
    resources: dict[str, Any], sections: dict[str, Any]
) -> None:
    """Both as the pipeline and as the storage that it refers to."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.json"
        path.write_text(json.dumps({"Resources": resources, **sections}))
        first, *others = refusal(TemplatesPipeline(template=path, storage=path)).split("\n")
        assert all(re.search(r"^  .*\.json:\d+", line) for line in others)
        assert not others or first.startswith(f"{len(others)} mistakes")


def refusal(pipeline: TemplatesPipeline) -> str:
    """Why it is refused; nothing where it passes, and then it can be written down."""
    try:
        given_stacks = pipeline.check()
    except UsageError as error:
        return str(error)
    assert all(json.loads(stack.text(str))["Resources"] for stack in given_stacks)
    return ""
