"""Addresses that have confirmed are distinguished from those that will be asked."""

from tests.pretended_aws import Answer, query_answer, query_error
from tests.unit.deployment.preflight.answers import Aws, context, on
from wavetank.core.findings import Verdict
from wavetank.deployment.preflight.checker import addresses


def _subscribed(*entries: tuple[str, str]) -> Answer:
    members = "".join(
        f"<member><SubscriptionArn>{arn}</SubscriptionArn><Owner>1</Owner>"
        f"<Protocol>email</Protocol><Endpoint>{address}</Endpoint><TopicArn>t</TopicArn></member>"
        for address, arn in entries
    )
    result = f"<Subscriptions>{members}</Subscriptions>"
    answer = query_answer("ListSubscriptionsByTopic", result)
    return on("sns", "ListSubscriptionsByTopic", answer)


def test_no_address_is_a_blocker(aws: Aws) -> None:
    """The assignment requires that persons are alerted."""
    aws.answers()
    outcome = addresses(context())
    assert (outcome.verdict, outcome.fix) == (Verdict.INVALID, "give at least one --email")


def test_new_and_pending_addresses_are_to_be_confirmed(aws: Aws) -> None:
    """Whatever their case, the confirmed one is not."""
    aws.answers(
        _subscribed(("a@example.com", "arn:aws:sns:x"), ("b@example.com", "PendingConfirmation"))
    )
    outcome = addresses(context("A@example.com", "b@example.com", "c@example.com"))
    assert outcome.verdict is Verdict.VALID
    assert outcome.evidence.endswith(": b@example.com, c@example.com")


def test_confirmed_addresses_are_counted(aws: Aws) -> None:
    """Nothing is left to do."""
    aws.answers(_subscribed(("a@example.com", "arn:aws:sns:x")))
    assert addresses(context("a@example.com")).evidence == "1 confirmed"


def test_without_a_topic_all_addresses_are_to_be_confirmed(aws: Aws) -> None:
    """Before the first deployment there is none."""
    aws.answers(on("sns", "ListSubscriptionsByTopic", query_error("NotFound", "no topic", 404)))
    assert "a@example.com" in addresses(context("a@example.com")).evidence
