"""What the pipeline holds outlives LocalStack: a stop, a kill, and a damaged snapshot."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from tests.live.conftest import ADDRESS, PACE_SECONDS
from tests.live.hosts import PROJECT
from tests.live.mail import confirm, messages_to
from tests.live.names import unique_names
from tests.live.switches import active, begin
from tests.waiting import wait_until_true
from wavetank.aws.clients import sandbox_clients
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import (
    DeliveredObject,
    Subscription,
    delivered_objects,
    subscriptions,
    topic_arn,
)
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage, mailbox
from wavetank.core.clock import WallClock, floor_to_minute
from wavetank.core.naming import Names
from wavetank.core.settings import read_settings
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.engines.embedded import SandboxFolder, any_free_port, start_localstack
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions
from wavetank.ticker.contract import FIRST_PRICES
from wavetank.ticker.observers import TablePrice, last_tick, read_prices, read_records

UNCONFIRMED = "second-reader@example.com"


@dataclass(frozen=True)
class Holdings:
    """All that is to survive."""

    prices: list[TablePrice]
    objects: list[DeliveredObject]
    messages: list[MailboxMessage]
    addresses: list[Subscription]


class Sandbox:
    """A LocalStack with a pipeline whose schedule is off."""

    def __init__(self, child: LocalStackChild, names: Names, snapshot: Path) -> None:
        self.child = child
        self.names = names
        self.snapshot = snapshot
        self.aws = sandbox_clients(child.endpoint)
        options = DeploymentOptions(
            names=names, addresses=(ADDRESS, UNCONFIRMED), schedule_enabled=False
        )
        Deployer(self.aws, PROJECT, WallClock(), PACE_SECONDS).deploy(options)

    def tick(self, minute: datetime) -> None:
        """Makes the minute's records."""
        StreamingInvoker(self.aws, self.names).fire_and_wait(minute)

    def deliver(self) -> None:
        """Has the records delivered, and not buffered for a minute."""
        SandboxControls(self.child.endpoint).deliver_now()

    def send_mail(self) -> None:
        """Puts a message into the mailbox of the one address that is confirmed."""
        confirm(self.child.endpoint, ADDRESS)
        topic = topic_arn(self.aws, self.names)
        self.aws.sns.publish(TopicArn=topic, Subject="kept", Message="kept too")
        messages_to(self.child.endpoint, ADDRESS)

    def holdings(self) -> Holdings:
        """What it holds now."""
        return Holdings(
            prices=read_prices(self.aws, self.names.table),
            objects=delivered_objects(self.aws, self.names.bucket),
            messages=[self._without_port(found) for found in mailbox(self.child.endpoint)],
            addresses=subscriptions(self.aws, topic_arn(self.aws, self.names)),
        )

    def _without_port(self, message: MailboxMessage) -> MailboxMessage:
        """A message's link leads to where the sandbox is now, which is another port each time."""
        endpoint = self.child.endpoint
        assert message.link.startswith(endpoint)
        text, link = message.text.replace(endpoint, ""), message.link.replace(endpoint, "")
        return replace(message, text=text, link=link)

    def instants(self) -> list[datetime]:
        """Those that were delivered for one ticker."""
        return sorted(
            record.instant
            for found in delivered_objects(self.aws, self.names.bucket)
            for record in read_records(self.aws, self.names.bucket, found.key)
            if record.ticker == FIRST_PRICES[0].ticker
        )

    def switch_faults_on(self) -> None:
        """Who had confirmed has not, by one, and by another the function may not run."""
        topic, endpoint = topic_arn(self.aws, self.names), self.child.endpoint
        listed = self.aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        number = [entry["Endpoint"] for entry in listed].index(ADDRESS) + 1
        for answer in (
            begin(endpoint, "unconfirmed-address", subscription=number),
            begin(endpoint, "no-concurrency", function=self.names.streaming_function),
        ):
            answer.raise_for_status()

    def save(self) -> str | None:
        """Saves now; what went wrong, None where nothing did."""
        return SandboxControls(self.child.endpoint).save_snapshot()


@contextmanager
def _sandbox(
    state: Path, names: Names, *, port: int | None = None, confirm_emails: bool = False
) -> Iterator[Sandbox]:
    folder = SandboxFolder(state)
    options = LocalStackOptions(
        folder=folder.path / "localstack",
        path=read_settings().path,
        snapshot_file=folder.snapshot_file,
        port=port,
        confirm_emails=confirm_emails,
    )
    with folder.owned():
        child = start_localstack(folder, options, WallClock())
        try:
            yield Sandbox(child, names, folder.snapshot_file)
        finally:
            child.stop()


def _minute(minutes_ago: int = 0) -> datetime:
    return floor_to_minute(WallClock().now()) - timedelta(minutes=minutes_ago)


@dataclass(frozen=True)
class Stopped:
    """A sandbox that has ended: whose it was, what it held, and the records still on their way."""

    state: Path
    names: Names
    held: Holdings

    def copy(self, state: Path) -> Path:
        """What it left, for a sandbox that a test may change."""
        return copytree(self.state, state)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """One that ended with a minute's records delivered, and the next one's not yet."""
    state, names = tmp_path_factory.mktemp("stopped"), unique_names()
    first = _minute(1)  # a minute may end meanwhile, and would be a third tick
    with _sandbox(state, names) as sandbox:
        sandbox.tick(first)
        sandbox.deliver()
        sandbox.send_mail()
        sandbox.tick(first + timedelta(minutes=1))
        held = sandbox.holdings()
        sandbox.switch_faults_on()
    return Stopped(state, names, held)


def test_a_stop_loses_nothing(stopped: Stopped, tmp_path: Path) -> None:
    """Prices, objects, messages, who has confirmed, links; but no fault that was switched on."""
    before, names = stopped.held, stopped.names
    assert len(before.prices) == 5
    assert len(before.objects) == 1
    with _sandbox(stopped.copy(tmp_path / "state"), names) as sandbox:
        after = sandbox.holdings()
        assert replace(after, objects=before.objects) == before
        assert active(sandbox.child.endpoint) == []
        function = names.streaming_function
        reserved = sandbox.aws.awslambda.get_function_concurrency(FunctionName=function)
        assert "ReservedConcurrentExecutions" not in dict(reserved)
        assert before.objects[0] in after.objects  # beside it, perhaps, what was on its way
        body = sandbox.aws.s3.get_object(Bucket=names.bucket, Key=before.objects[0].key)
        assert len(body["Body"].read()) == before.objects[0].size_bytes
        confirm(sandbox.child.endpoint, UNCONFIRMED)
        assert [entry.confirmed for entry in sandbox.holdings().addresses] == [True, True]
        _assert_delivers_what_was_on_its_way(sandbox)


@pytest.fixture(scope="module")
def restarted(stopped: Stopped, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One that takes up what that held, on another port, and confirms all addresses."""
    state, port = stopped.copy(tmp_path_factory.mktemp("restarted") / "state"), any_free_port()
    with _sandbox(state, stopped.names, port=port, confirm_emails=True) as sandbox:
        yield sandbox


def test_a_start_that_confirms_addresses_confirms_those_that_waited_before(
    stopped: Stopped, restarted: Sandbox
) -> None:
    """The snapshot has the address waiting, and its link with a port that is no longer right."""
    assert {entry.confirmed for entry in stopped.held.addresses} == {True, False}
    held = restarted.holdings()  # each message's link has the port
    assert [entry.confirmed for entry in held.addresses] == [True, True]
    assert held.messages == stopped.held.messages


def test_a_deleted_bucket_or_table_does_not_come_back(
    stopped: Stopped, restarted: Sandbox, tmp_path: Path
) -> None:
    """Only what was there at the stop is put back, and what other names hold stays for them."""
    gone = unique_names()
    other = Sandbox(restarted.child, gone, restarted.snapshot)
    other.tick(_minute())
    for stack in (gone.pipeline_stack, gone.storage_stack):
        other.aws.cloudformation.update_termination_protection(
            StackName=stack, EnableTerminationProtection=False
        )
        other.aws.cloudformation.delete_stack(StackName=stack)
    wait_until_true(
        lambda: gone.table not in other.aws.dynamodb.list_tables()["TableNames"], "no table"
    )
    assert restarted.save() is None
    left = Stopped(restarted.snapshot.parents[1], gone, stopped.held)
    with _sandbox(left.copy(tmp_path / "state"), gone) as sandbox:
        assert last_tick(sandbox.holdings().prices) is None
        first = Sandbox(sandbox.child, stopped.names, sandbox.snapshot)
        assert stopped.held.objects[0] in first.holdings().objects


def _assert_delivers_what_was_on_its_way(sandbox: Sandbox) -> None:
    """Records that were buffered at the stop come after the start, once."""
    wait_until_true(lambda: len(sandbox.holdings().objects) == 2, "the buffered records")
    instants = sandbox.instants()
    assert len(instants) == len(set(instants)) == 2 * 4


def test_a_kill_loses_what_came_after_the_last_save_and_the_next_tick_makes_it_up(
    tmp_path: Path,
) -> None:
    """The table is never ahead of the objects, so no minute is skipped."""
    names = unique_names()
    with _sandbox(tmp_path, names) as sandbox:
        sandbox.tick(_minute(3))
        sandbox.deliver()
        assert sandbox.save() is None
        saved = sandbox.holdings()
        sandbox.tick(_minute(2))
        os.kill(sandbox.child.process_id(), signal.SIGKILL)
        wait_until_true(sandbox.child.has_ended, "LocalStack to end")
    with _sandbox(tmp_path, names) as sandbox:
        assert sandbox.holdings() == saved
        latest = saved.prices[0].tick
        assert latest is not None
        sandbox.tick(latest + timedelta(minutes=3))
        assert last_tick(sandbox.holdings().prices) == latest + timedelta(minutes=3)
        sandbox.deliver()
        instants = sandbox.instants()
        assert len(instants) == len(set(instants)) == 4 * 4


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One that found a snapshot that is none."""
    state = tmp_path_factory.mktemp("damaged")
    folder = SandboxFolder(state)
    folder.path.mkdir(parents=True)
    folder.snapshot_file.write_bytes(b"no database at all" * 100)
    with _sandbox(state, unique_names()) as sandbox:
        yield sandbox


def test_a_damaged_snapshot_is_set_aside_with_a_warning(damaged: Sandbox) -> None:
    """The sandbox starts all the same, and its log says where the old snapshot is."""
    damaged.tick(_minute())
    assert "snapshot-damaged-" in damaged.child.log_file.read_text()
    assert len(list(damaged.snapshot.parent.glob("snapshot-damaged-*.db"))) == 1


def test_a_failed_save_is_reported_and_retried_later(damaged: Sandbox) -> None:
    """A file that cannot be written stops nothing; the route and the log say what is wrong."""
    snapshot = damaged.snapshot
    moved = snapshot.rename(snapshot.with_suffix(".away"))
    snapshot.mkdir()
    damaged.tick(_minute())
    assert "unable to open database file" in str(damaged.save())
    assert "could not be saved" in damaged.child.log_file.read_text()
    snapshot.rmdir()
    moved.rename(snapshot)
    assert damaged.save() is None
