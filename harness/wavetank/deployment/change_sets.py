"""Change sets, by which every stack is changed: they say beforehand whether anything would be.

Each has a name of its own, so that what an interrupted deployment left never stands in the way;
CloudFormation deletes it with the execution of the next.
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
"""Of one in S3."""
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
REFUSED = frozenset({"InsufficientCapabilitiesException", "ValidationError"})
EXECUTED = frozenset({"EXECUTE_COMPLETE", "EXECUTE_IN_PROGRESS"})


class _TemplatePlace(TypedDict, total=False):
    """Where CloudFormation finds a template, as its API has it."""

    TemplateBody: str
    TemplateURL: str


@dataclass(frozen=True)
class StackContent:
    """What a stack is to be: its template as JSON or YAML, and what it is filled with."""

    template: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChangeSet:
    """One that can be executed."""

    name: str
    stack_id: str


class ChangeSets:
    """Makes and executes them; `publish` puts a template where CloudFormation can fetch it."""

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
        """What brings the stack to the content; None where it is so already.

        Raises:
            InfrastructureError: CloudFormation refuses the content.
            ConditionTimeoutError: it does not come to an end with it.
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
        """Returns when it has begun.

        Raises:
            InfrastructureError: somebody else has changed the stack meanwhile.
        """
        try:
            self._client.execute_change_set(
                StackName=change_set.stack_id,
                ChangeSetName=change_set.name,
                ClientRequestToken=change_set.name,
            )
        except ClientError as error:
            if error_code(error) not in {"ChangeSetNotFound", "InvalidChangeSetStatus"}:
                raise
            if not self._was_executed(change_set):
                raise InfrastructureError(
                    f"nobody else to change stack {stack} at the same time",
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
                ClientToken=name,
                **self._place(content.template),
            )
        except ClientError as error:
            if error_code(error) not in REFUSED:
                raise
            raise _refused(stack, error.response["Error"]["Message"]) from error
        return ChangeSet(name, answer["StackId"])

    def _place(self, template: str) -> _TemplatePlace:
        size = len(template.encode())
        if size > TEMPLATE_BYTES_MAX:
            raise UsageError(
                f"a template of at most {TEMPLATE_BYTES_MAX:,} bytes, as CloudFormation takes it",
                f"{size:,} bytes",
                "name fewer addresses, or make the template shorter",
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
        """Whether an earlier try of the same request was taken, and only its answer lost."""
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
