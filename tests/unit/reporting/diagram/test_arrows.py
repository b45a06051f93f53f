"""The diagram shows what the templates say, and nothing else."""

from pathlib import Path

import pytest

from tests.diagrams import arrow, drawn_from, sensors, ticker
from wavetank.reporting.diagram.graph import BoxKind, Relation

FUNCTION = """
Conditions:
  Never: !Equals [one, other]
  Always: !Or [!Condition Never, !Not [!And [!Condition Never]]]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Table: {Type: AWS::DynamoDB::Table}
  Topic: {Type: AWS::SNS::Topic}
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !Ref Table, TOPIC: !Ref Topic, LEVEL: info}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [!Ref Attached, arn:aws:iam::aws:policy/ReadOnlyAccess]
      Policies:
        - PolicyDocument:
            Statement:
              - {Effect: Allow, Action: dynamodb:GetItem, Resource: "*"}
              - {Effect: Deny, Action: dynamodb:PutItem, Resource: "*"}
  Attached:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement: {Effect: Allow, Action: [s3:PutObject], Resource: !Sub "${Bucket.Arn}/in/*"}
"""
READABLE = """
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: PRINCIPAL, Action: [ACTION], Resource: "*" CONDITION}
"""
ACCOUNTS = ", Condition: {StringEquals: {aws:PrincipalType: [User, AssumedRole]}}"
ANONYMOUS = ", Condition: {StringEquals: {aws:PrincipalType: [User, Anonymous]}}"


def test_the_assignments_services_are_all_drawn() -> None:
    """The database is drawn too, which the assignment's own figure omits."""
    nodes = ticker().nodes
    kinds = [node.kind for node in nodes]
    shown = " ".join(f"{node.service} {' '.join(node.notes)}" for node in nodes)
    assert sorted(set(kinds)) == sorted(set(BoxKind) - {BoxKind.QUEUE, BoxKind.SCHEDULE})
    assert kinds.count(BoxKind.FUNCTION) == 2
    for service in ("Kinesis Firehose", "DynamoDB", "S3", "Lambda", "SNS", "CloudWatch Events"):
        assert service in shown


def test_the_tickers_arrows_are_its_templates() -> None:
    """They lead from the schedule to the bucket's readers, and from a failure to the mailboxes."""
    graph = ticker()
    assert {(e.source, e.target): e.text for e in graph.edges} == {
        ("StreamingRule", "StreamingFunction"): "rate(1 minute)",
        ("StreamingFunction", "PriceTable"): "Scan, UpdateItem",
        ("StreamingFunction", "DeliveryStream"): "PutRecordBatch",
        ("DeliveryStream", "DeliveryBucket"): "after 60 s or 5 MB",
        ("DeliveryBucket", "AnyAccount"): "GetObject, GetBucketLocation, ListBucket",
        ("StreamingFunction", "NotificationFunction"): "on failure, after 2 retries",
        ("NotificationFunction", "AlertTopic"): "Publish",
        ("AlertTopic", "Mail1"): "email",
    }
    prices = arrow(graph, "StreamingFunction", "PriceTable")
    assert (prices.reads, prices.writes) == (True, True)
    readers = next(node for node in graph.nodes if node.kind is BoxKind.READERS)
    assert readers.notes == ("reads, never writes",)


def test_arrows_of_failures_are_marked() -> None:
    """Those to the notification function, its topic and the mailbox, and no others."""
    assert {edge.source for edge in ticker().alerts()} == {
        "StreamingFunction",
        "NotificationFunction",
        "AlertTopic",
    }
    assert len(ticker().alerts()) == 3


def test_names_are_the_deployed_ones() -> None:
    """Not the names of parameters, or of resources within the template."""
    names = {node.name for node in ticker().nodes}
    assert {"DEDOREXP-streaming-lambda", "dedoraexplorer-deliverystream-s3"} <= names


def test_another_pipeline_is_drawn() -> None:
    """Rates and cron, a shared table, success and failure, one retry, queues, dead letters."""
    graph = sensors()
    assert {(e.source, e.target): (e.text, e.relation) for e in graph.edges} == {
        ("EveryFiveMinutes", "Measure"): ("cron(0/5 * * * ? *)", Relation.SCHEDULE),
        ("EveryHour", "Report"): ("rate(1 hour)", Relation.SCHEDULE),
        ("EveryHour", "Signs"): ("rate(1 hour)", Relation.SCHEDULE),
        ("TwiceAnHour", "Signs"): ("cron(0/30 * * * ? *), Europe/Berlin", Relation.SCHEDULE),
        ("Measure", "Gauges"): ("Scan, UpdateItem", Relation.CALL),
        ("Measure", "Delivery"): ("PutRecordBatch", Relation.CALL),
        ("Measure", "Warnings"): ("on failure, after 1 retry", Relation.FAILURE),
        ("Report", "Gauges"): ("Scan", Relation.CALL),
        ("Report", "Reports"): ("on success", Relation.SUCCESS),
        ("Report", "Warnings"): ("on failure", Relation.FAILURE),
        ("Report", "LostHours"): ("dead letters", Relation.FAILURE),
        ("Delivery", "Readings"): ("after 300 s or 1 MB", Relation.DELIVERY),
        ("Warnings", "Mail0"): ("email", Relation.SUBSCRIPTION),
    }
    assert not arrow(graph, "Report", "Gauges").writes


def test_permissions_are_read_from_every_kind_of_policy(tmp_path: Path) -> None:
    """A permission on `*` is for what the environment names; a denial is ignored."""
    graph = drawn_from(tmp_path, FUNCTION)
    assert {(e.target, e.text) for e in graph.edges} == {
        ("Table", "GetItem"),
        ("Topic", "named in its environment"),
        ("Bucket", "PutObject"),
    }


@pytest.mark.parametrize(("condition", "is_drawn"), [("Never", False), ("Always", True)])
def test_resources_with_a_false_condition_are_not_drawn(
    condition: str,
    is_drawn: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    """With the parameters of the deployment."""
    text = f"{FUNCTION}  Other:\n    Type: AWS::SQS::Queue\n    Condition: {condition}\n"
    kinds = {node.kind for node in drawn_from(tmp_path, text).nodes}
    assert (BoxKind.QUEUE in kinds) == is_drawn


@pytest.mark.parametrize(
    ("principal", "action", "condition", "who", "note"),
    [
        ('{AWS: "*"}', "s3:GetObject", ACCOUNTS, "Any AWS account", "reads, never writes"),
        ('"*"', "s3:GetObject", "", "Anybody", "reads, never writes"),
        ('{AWS: "*"}', "s3:GetObject", ANONYMOUS, "Anybody", "reads, never writes"),
        ('{AWS: "*"}', "s3:PutObject", ACCOUNTS, "Any AWS account", "reads and writes"),
        ("{AWS: '111122223333'}", "s3:ListBucket", "", "AWS account", "reads, never writes"),
    ],
)
def test_readers_are_those_that_the_policy_allows(
    principal: str, action: str, condition: str, who: str, note: str, tmp_path: Path
) -> None:
    """Whether they need an account, and whether they may write."""
    text = READABLE.replace("PRINCIPAL", principal).replace("ACTION", action)
    graph = drawn_from(tmp_path, text.replace(" CONDITION", condition))
    (edge,) = graph.edges
    readers = next(node for node in graph.nodes if node.id == edge.target)
    assert (readers.service, readers.notes) == (who, (note,))


def test_services_and_denials_are_not_readers(tmp_path: Path) -> None:
    """A bucket that a service writes to and that denies everyone has no readers."""
    text = READABLE.replace("PRINCIPAL", "{Service: logging.s3.amazonaws.com}")
    text = text.replace("ACTION", "s3:PutObject").replace(" CONDITION", "")
    assert drawn_from(tmp_path, text).edges == ()
