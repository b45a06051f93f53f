"""The mailbox is read page by page, and each page says where the next one begins."""

from datetime import UTC, datetime
from typing import Any

import pytest
from localstack import config
from localstack.config import HostAndPort
from localstack.http import Request

from wavetank.emulator.sns import mailbox as box
from wavetank.emulator.sns.mailbox import Mailbox
from wavetank.emulator.sns.messages import MessageType, MimeMessage, confirmation, notification

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
BASE = "http://127.0.0.1:4566"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:topic"
LINK = f"{BASE}/_wavetank/confirmation?TopicArn=arn&Token=abc"
ELSEWHERE = "http://localhost:4999"


def _alert(name: str, text: str = "text") -> MimeMessage:
    return notification(name, NOW, "a@example.com", "s", text, f"{BASE}/?Action=Unsubscribe", TOPIC)


def _filled(*names: str) -> Mailbox:
    """Alerts, and a question for each name that begins with `q`."""
    mailbox = Mailbox()
    for name in names:
        asks = name.startswith("q")
        message = confirmation(name, NOW, "a@example.com", "arn", LINK) if asks else _alert(name)
        mailbox.deliver(message)
    return mailbox


def _list(mailbox: Mailbox, query: str = "", base: str = BASE) -> Any:
    host = base.removeprefix("http://")
    request = Request("GET", "/_wavetank/mailbox", query_string=query, headers={"Host": host})
    listing: Any = mailbox.on_list  # LocalStack's decorator has no types
    return listing(request)


def test_pages_follow_one_another_without_a_gap() -> None:
    """The last message of a page is where the next one begins."""
    mailbox = _filled("1", "2", "3")
    first = mailbox.page("", 2)
    assert ([message.id for message in first.messages], first.more) == (["1", "2"], True)
    second = mailbox.page(first.next, 2)
    assert ([message.id for message in second.messages], second.more) == (["3"], False)
    assert mailbox.page(second.next, 2).messages == []
    mailbox.deliver(_alert("4"))
    assert [message.id for message in mailbox.page(second.next, 2).messages] == ["4"]


def test_one_kind_is_read_past_the_other() -> None:
    """What was passed over is not looked at again."""
    mailbox = _filled("1", "q1", "2", "q2", "3")
    page = mailbox.page("", 1, MessageType.CONFIRMATION)
    assert ([message.id for message in page.messages], page.next) == (["q1"], "q1")
    page = mailbox.page("q2", 10, MessageType.CONFIRMATION)
    assert (page.messages, page.next, page.more) == ([], "3", False)


def test_a_reader_whose_message_was_deleted_starts_again_and_is_notified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The oldest goes first, and its number with it."""
    monkeypatch.setattr(box, "MESSAGES_MAX", 3)
    mailbox = _filled("q1", "2", "3", "4", "5")
    assert [message.id for message in mailbox.all()] == ["3", "4", "5"]
    assert (mailbox.count(), mailbox.count(MessageType.CONFIRMATION)) == (3, 0)
    page = mailbox.page("2", 1)
    assert (page.continues, [message.id for message in page.messages]) == (False, ["3"])
    page = mailbox.page("4", 1)
    assert (page.continues, [message.id for message in page.messages]) == (True, ["5"])
    assert [message.id for message in mailbox.newest(2)] == ["5", "4"]


def test_a_mailbox_that_is_replaced_counts_anew() -> None:
    """As the simulator does between two runs."""
    mailbox = _filled("1", "q1")
    mailbox.replace([_alert("9")])
    assert (mailbox.get("1"), mailbox.count(), mailbox.page("", 9).next) == (None, 1, "9")


def test_a_list_counts_all_and_shows_as_many_as_are_wanted() -> None:
    """A count needs none of the messages."""
    mailbox = _filled("1", "q1", "2")
    listed = _list(mailbox, "limit=0")
    assert (listed["messages"], listed["newest"], listed["more"]) == ([], "2", True)
    assert listed["counts"] == {"Notification": 2, "SubscriptionConfirmation": 1}
    assert listed["alerts"] == {TOPIC: 2}
    assert [message["id"] for message in _list(mailbox, "since=1&limit=1")["messages"]] == ["q1"]
    assert len(_list(mailbox)["messages"]) == 3


@pytest.mark.parametrize("query", ["limit=x", "type=x"])
def test_a_list_that_cannot_be_is_refused(query: str) -> None:
    """With what is wrong about it."""
    answer = _list(_filled("1"), query)
    assert answer.status_code == 400
    assert b"'x'" in answer.data


def test_a_reader_inside_the_container_gets_links_for_outside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There LocalStack listens on another port than the one that is published."""
    listening = [HostAndPort("0.0.0.0", 4566)]  # noqa: S104 - as in a container
    monkeypatch.setattr(config, "GATEWAY_LISTEN", listening)
    monkeypatch.setattr(box, "localstack_host", lambda: HostAndPort("127.0.0.1", 4999))
    (question,) = _list(_filled("q1"), base=BASE)["messages"]
    assert question["link"].startswith("http://127.0.0.1:4999/_wavetank/confirmation?")


def test_links_lead_to_where_the_reader_reached_the_sandbox() -> None:
    """A message from before may be of a time at which the sandbox had another port."""
    mailbox = _filled("q1")
    get: Any = mailbox.on_get  # as above
    mailbox.deliver(_alert("2", f"Zażółć\nsee {BASE}/page"))
    question, alert = _list(mailbox, base=ELSEWHERE)["messages"]
    assert question["link"] == f"{ELSEWHERE}/_wavetank/confirmation?TopicArn=arn&Token=abc"
    assert question["link"] in question["text"]
    assert alert["link"] == f"{ELSEWHERE}/?Action=Unsubscribe"
    assert f"see {BASE}/page" in alert["text"]
    for name in ("q1", "2"):
        raw = get(Request("GET", headers={"Host": "localhost:4999"}), name)
        again = Mailbox()
        again.restore([MimeMessage(name, raw.get_data(as_text=True))])
        shown = _list(again, base=ELSEWHERE)["messages"][0]
        assert shown == next(m for m in (question, alert) if m["id"] == name)
