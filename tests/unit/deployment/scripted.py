"""CloudFormation with one stack in scripted states, which LocalStack never has."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.pretended_aws import ACCOUNT, is_call, query_answer, query_error
from wavetank.core.http_types import HttpRequest, HttpResponse

NAME = "DEDOREXP-pipeline"
STACK_ID = f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/{NAME}/00000000-0000-4000-8000-0"
DESCRIBED = """<Stacks><member><StackId>{id}</StackId><StackName>{name}</StackName>
<StackStatus>{status}</StackStatus><CreationTime>2026-11-24T10:00:00Z</CreationTime>
<Tags>{tags}</Tags></member></Stacks>"""
TAG = "<member><Key>wavetank</Key><Value>DEDOREXP</Value></member>"
EVENT = """<member><EventId>{number}</EventId><StackId>{id}</StackId><StackName>{name}</StackName>
<LogicalResourceId>{resource}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>
<ResourceType>{kind}</ResourceType><ResourceStatus>{status}</ResourceStatus>
<ResourceStatusReason>{reason}</ResourceStatusReason>
<Timestamp>2026-11-24T10:00:{number:02}Z</Timestamp></member>"""
ASKED = ("ContinueUpdateRollback", "DeleteStack", "ExecuteChangeSet")
"""With these the stack goes on to its next statuses."""


@dataclass(frozen=True)
class Told:
    """An event; with no resource it is the stack's own."""

    status: str
    resource: str = ""
    kind: str = "AWS::CloudFormation::Stack"
    reason: str = ""


@dataclass
class ScriptedStack:
    """Its statuses one after the other, the last for ever; `events` are in the order of time.

    What is asked of it begins `then`, with the events of its own.
    """

    statuses: list[str]
    events: list[Told] = field(default_factory=list)
    then: Sequence[str] = ()
    then_events: Sequence[Told] = ()
    name: str = NAME
    tags: str = TAG
    asked: list[str] = field(default_factory=list)

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """CloudFormation's answer."""
        for operation in ASKED:
            if is_call(request, "cloudformation", operation):
                self._begin(operation)
                return query_answer(operation, "")
        if is_call(request, "cloudformation", "DescribeStacks"):
            return self._described(request)
        if is_call(request, "cloudformation", "DescribeStackEvents"):
            return query_answer("DescribeStackEvents", f"<StackEvents>{self._told()}</StackEvents>")
        if is_call(request, "cloudformation", "CreateChangeSet"):
            return query_answer("CreateChangeSet", f"<Id>any</Id><StackId>{STACK_ID}</StackId>")
        if is_call(request, "cloudformation", "DescribeChangeSet"):
            return query_answer("DescribeChangeSet", "<Status>CREATE_COMPLETE</Status>")
        return None

    def _begin(self, operation: str) -> None:
        self.asked.append(operation)
        self.statuses[:] = self.then
        self.events += self.then_events

    def _described(self, request: HttpRequest) -> HttpResponse:
        if self.name.encode() not in request.body:
            return query_error("ValidationError", "Stack with id other does not exist")
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        shown = DESCRIBED.format(id=STACK_ID, name=self.name, status=status, tags=self.tags)
        return query_answer("DescribeStacks", shown)

    def _told(self) -> str:
        """Newest first, as CloudFormation has them."""
        numbered = list(enumerate(self.events))
        return "".join(self._event(number, event) for number, event in reversed(numbered))

    def _event(self, number: int, event: Told) -> str:
        return EVENT.format(
            number=number,
            id=STACK_ID,
            name=self.name,
            resource=event.resource or self.name,
            physical=event.resource or STACK_ID,
            kind=event.kind,
            status=event.status,
            reason=event.reason,
        )
