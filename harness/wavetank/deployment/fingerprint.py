"""Fingerprints of what is run: hashes of the functions' code and the templates, the record format.

Names and addresses are excluded, since a pipeline is tested under one person's name and deployed
under another's: names are parameters, and subscriptions in the templates are ignored.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.findings import Finding, Verdict
from wavetank.core.naming import RECORD_FORMATS, Names, derive_names
from wavetank.deployment.deployer import DeploymentOptions, wanted_packages, wanted_stacks
from wavetank.templates.project_templates import parse_template

SUBSCRIPTION = "AWS::SNS::Subscription"
FORMAT_PARAMETER = "RecordFormat"
PARTS: Mapping[str, str] = {
    "streaming": "the streaming function's code",
    "notification": "the notification function's code",
    "storage_template": "the storage template",
    "pipeline_template": "the pipeline template",
    "record_format": "the format of the records",
}
"""The parts of a fingerprint, in words."""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """Hashes of a pipeline's code and templates, by which tested bytes are recognized.

    `streaming` and `notification` are the functions' `CodeSha256`, as Lambda reports them.
    `storage_template` and `pipeline_template` are the SHA-256 of each, in hexadecimal.
    """

    streaming: str
    notification: str
    storage_template: str
    pipeline_template: str
    record_format: str

    def differences(self, other: "Fingerprint") -> Iterator[str]:
        """The parts that differ, in words."""
        mine, theirs = vars(self), vars(other)
        return (words for name, words in PARTS.items() if mine[name] != theirs[name])


def wanted_fingerprint(options: DeploymentOptions, shipped_folder: Path) -> Fingerprint:
    """The fingerprint of what a deployment with these options would send.

    Raises:
        UsageError: a template, a handler folder or an address cannot be used.
    """
    packages = wanted_packages(options, shipped_folder)
    storage, pipeline = wanted_stacks(options, shipped_folder, packages)
    return Fingerprint(
        streaming=packages["streaming"].code_sha256,
        notification=packages["notification"].code_sha256,
        storage_template=template_sha256(parse_template(storage.template)),
        pipeline_template=template_sha256(parse_template(pipeline.template)),
        record_format=pipeline.parameters[FORMAT_PARAMETER],
    )


def project_fingerprints(shipped_folder: Path) -> list[Fingerprint]:
    """The fingerprints of what the project's own folder would deploy, one for each record format.

    Raises:
        UsageError: a template or a handler folder cannot be used.
    """
    names = derive_names("Dora", "Explorer")
    return [
        wanted_fingerprint(DeploymentOptions(names=names, record_format=form), shipped_folder)
        for form in RECORD_FORMATS
    ]


def deployed_fingerprint(aws: AwsClients, names: Names) -> Fingerprint:
    """The fingerprint of what is deployed, as the target reports it.

    Raises:
        ClientError: it is not deployed.
    """
    stack = aws.cloudformation.describe_stacks(StackName=names.pipeline_stack)["Stacks"][0]
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    return Fingerprint(
        streaming=_code(aws, names.streaming_function),
        notification=_code(aws, names.notification_function),
        storage_template=_template(aws, names.storage_stack),
        pipeline_template=_template(aws, names.pipeline_stack),
        record_format=parameters[FORMAT_PARAMETER],
    )


def compare(sent: Fingerprint, deployed: Fingerprint) -> list[Finding]:
    """Whether the target has what was sent to it, part by part."""
    return [
        _compared(name, words, vars(sent)[name], vars(deployed)[name])
        for name, words in PARTS.items()
    ]


def _compared(name: str, words: str, sent: str, deployed: str) -> Finding:
    same = sent == deployed
    return Finding(
        f"deployed is what was sent: {words}",
        Verdict.VALID if same else Verdict.INVALID,
        deployed if same else f"{deployed}, and not {sent}",
        f"deployed-{name.replace('_', '-')}",
    )


def template_sha256(template: Mapping[str, Any]) -> str:
    """SHA-256 of the template without its subscriptions, independent of its notation."""
    resources = {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] != SUBSCRIPTION
    }
    text = json.dumps({**template, "Resources": resources}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _code(aws: AwsClients, function: str) -> str:
    return aws.awslambda.get_function_configuration(FunctionName=function)["CodeSha256"]


def _template(aws: AwsClients, stack: str) -> str:
    body: Any = aws.cloudformation.get_template(StackName=stack)["TemplateBody"]
    return template_sha256(parse_template(body) if isinstance(body, str) else body)
