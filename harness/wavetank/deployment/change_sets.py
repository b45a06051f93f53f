"""Change sets, by which every stack is changed: they show in advance whether anything changes.

Each has a unique name, so that one left by an interrupted deployment is never in the way;
CloudFormation deletes the others when one is executed.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.deployment.stack_waiter import Pace

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

NAME_PREFIX = "wavetank-"
INLINE_BYTES_MAX = 51_200
"""Of a template within a request. [CloudFormation user guide, cloudformation-limits]"""
TEMPLATE_BYTES_MAX = 1_048_576
"""Of a template in S3."""
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
REFUSED = frozenset({"InsufficientCapabilitiesException", "ValidationError"})
EXECUTED = frozenset({"EXECUTE_COMPLETE", "EXECUTE_IN_PROGRESS"})


class _TemplateSource(TypedDict, total=False):
    """The arguments by which CreateChangeSet takes a template: its text, or a URL."""

    TemplateBody: str
    TemplateURL: str


@dataclass(frozen=True)
class StackContent:
    """The desired content of a stack: a template in JSON or YAML, its parameters and tags."""

    template: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChangeSet:
    """A CloudFormation change set that is ready to be executed."""

    name: str
    stack_id: str


class ChangeSets:
    """Creates and executes change sets; `publish` uploads a long template, and returns its URL."""

    def __init__(
        self,
        client: "CloudFormationClient",
        pace: Pace,
        publish: Callable[[str], str] | None = None,
    ) -> None:
        self._client = client
        self._pace = pace
        self._publish = publish

    def make(self, stack: str, content: StackContent, *, create: bool) -> ChangeSet | None:
        """Creates the change set that brings the stack to the content; None if nothing changes.

        Raises:
            InfrastructureError: CloudFormation refuses the content.
            ConditionTimeoutError: CloudFormation does not complete the change set in time.
        """
        change_set = self._request(stack, content, create=create)
        status, reason = self._settled(stack, change_set)
        if status == "CREATE_COMPLETE":
            return change_set
        self._client.delete_change_set(StackName=change_set.stack_id, ChangeSetName=change_set.name)
        if any(phrase in reason for phrase in NO_CHANGES):
            return None
        raise _refused(stack, reason)

    def execute(self, stack: str, change_set: ChangeSet) -> None:
        """Starts the execution; does not wait for its end.

        Raises:
            InfrastructureError: someone else has changed the stack in the meantime.
        """
        try:
            self._client.execute_change_set(
                StackName=change_set.stack_id,
                ChangeSetName=change_set.name,
                ClientRequestToken=change_set.name,  # a retry after a lost response is idempotent
            )
        except ClientError as error:
            if error_code(error) not in {"ChangeSetNotFound", "InvalidChangeSetStatus"}:
                raise
            if not self._was_executed(change_set):
                raise InfrastructureError(
                    f"no other change of stack {stack} at the same time",
                    error.response["Error"]["Message"],
                    "wait until the other deployment is done, then run the same command again",
                ) from error

    def _request(self, stack: str, content: StackContent, *, create: bool) -> ChangeSet:
        name = f"{NAME_PREFIX}{uuid.uuid4().hex}"
        try:
            answer = self._client.create_change_set(
                StackName=stack,
                ChangeSetName=name,
                ChangeSetType="CREATE" if create else "UPDATE",
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in content.parameters.items()
                ],
                Tags=[{"Key": key, "Value": value} for key, value in content.tags.items()],
                Capabilities=["CAPABILITY_NAMED_IAM"],
                ClientToken=name,  # makes a retry after a lost response idempotent
                **self._template_source(content.template),
            )
        except ClientError as error:
            if error_code(error) not in REFUSED:
                raise
            raise _refused(stack, error.response["Error"]["Message"]) from error
        return ChangeSet(name, answer["StackId"])

    def _template_source(self, template: str) -> _TemplateSource:
        size = len(template.encode())
        if size > TEMPLATE_BYTES_MAX:
            raise UsageError(
                f"a template of at most {TEMPLATE_BYTES_MAX:,} bytes, CloudFormation's limit",
                f"{size:,} bytes",
                "give fewer addresses, or shorten the template",
            )
        if size > INLINE_BYTES_MAX and self._publish is not None:
            return {"TemplateURL": self._publish(template)}
        return {"TemplateBody": template}

    def _settled(self, stack: str, change_set: ChangeSet) -> tuple[str, str]:
        deadline = self._pace.deadline()
        while True:
            answer = self._client.describe_change_set(
                StackName=change_set.stack_id, ChangeSetName=change_set.name
            )
            if answer["Status"] in {"CREATE_COMPLETE", "FAILED"}:
                return answer["Status"], answer.get("StatusReason", "")
            self._pace.wait(deadline, f"a change set of {stack}", answer["Status"])

    def _was_executed(self, change_set: ChangeSet) -> bool:
        """Whether an earlier attempt succeeded, and only its response was lost."""
        try:
            answer = self._client.describe_change_set(
                StackName=change_set.stack_id, ChangeSetName=change_set.name
            )
        except ClientError as error:
            if error_code(error) == "ChangeSetNotFound":
                return False
            raise
        return answer["ExecutionStatus"] in EXECUTED


def _refused(stack: str, reason: str) -> InfrastructureError:
    return InfrastructureError(
        f"a template that CloudFormation accepts for {stack}", reason, "correct the template"
    )
