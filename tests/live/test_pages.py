"""The pages in a browser: what is deployed is shown, and what a button says happens."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import opened_page
from tests.live.conftest import Pipeline
from tests.live.hosts import PROJECT, Host
from tests.live.names import unique_letters
from tests.live.switches import active, begin, next_tick, revert, switched_on
from wavetank.aws.clients import AwsClients
from wavetank.aws.observers import delivered_objects, subscriptions
from wavetank.aws.sandbox_api import SandboxControls, pages_address
from wavetank.core.errors import FunctionFailedError
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.inspection.access.bucket_access import Actor, Verb
from wavetank.live.running_sandbox import attach

PAGES = ("", "pages/mailbox", "pages/faults", "pages/access", "pages/routes")
ANOTHER = {
    "Resources": {
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"ScheduleExpression": "rate(5 minutes)", "State": "DISABLED"},
        }
    }
}
HOSTILE = "<script>window.hostile = true</script><img src=x onerror='window.hostile = true'>"
REFRESHED_MILLISECONDS = 15_000


@pytest.fixture(scope="module")
def shown(fault_pipeline: Pipeline) -> Pipeline:
    """A pipeline that has made a tick, of which the records are delivered."""
    next_tick(fault_pipeline)
    assert fault_pipeline.aws.endpoint is not None
    SandboxControls(fault_pipeline.aws.endpoint).deliver_now()
    return fault_pipeline


@pytest.fixture(autouse=True)
def reverted(localstack: Host) -> Iterator[None]:
    """Whatever a test does, the next one finds nothing switched on."""
    yield
    revert(localstack.endpoint)


@pytest.fixture
def unconfirmed(aws: AwsClients) -> tuple[str, str]:
    """A topic and an address that was asked and has not answered."""
    address = f"{unique_letters()}@example.com"
    topic = aws.sns.create_topic(Name=f"test-{unique_letters()}")["TopicArn"]
    aws.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    return topic, address


def _overview(localstack: Host, pipeline: Pipeline) -> str:
    return f"{pages_address(localstack.endpoint)}?stack={pipeline.names.pipeline_stack}"


def _object_with(pipeline: Pipeline, text: str) -> tuple[str, bytes]:
    """Key and content of the object that has the text in it."""
    bucket, s3 = pipeline.names.bucket, pipeline.aws.s3
    for entry in delivered_objects(pipeline.aws, bucket):
        body = s3.get_object(Bucket=bucket, Key=entry.key)["Body"].read()
        if text.encode() in body:
            return entry.key, body
    raise LookupError(text)


def _row_of(page: Page, tick: datetime) -> Locator:
    rows = page.get_by_role("table", name="Last ticks").get_by_role("row")
    return rows.filter(has=page.get_by_role("rowheader", name=f"{tick:%H:%M:%S}", exact=True))


def _switch(page: Page, kind: str) -> Locator:
    return page.locator(f"#switch-{kind}")


def test_the_overview_shows_what_is_deployed_and_a_tick(
    localstack: Host, shown: Pipeline, page: Page
) -> None:
    """Each resource of the stack by its name, and the bucket of another stack."""
    names, tick = shown.names, next_tick(shown).due
    page.goto(_overview(localstack, shown))
    expect(page.get_by_role("heading", name=names.pipeline_stack)).to_be_visible()
    for name in (
        names.rule,
        names.streaming_function,
        names.notification_function,
        names.delivery_stream,
        names.bucket,
        names.topic,
        names.table,
    ):
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(_row_of(page, tick)).to_contain_text("success")
    expect(page.locator("#health")).to_contain_text(f"rule {names.rule} is off")


def test_one_of_several_pipelines_is_shown_and_the_others_are_a_click_away(
    localstack: Host, aws: AwsClients, shown: Pipeline, page: Page
) -> None:
    """Whatever has a rule, a function or a delivery stream is one."""
    other = f"test-{unique_letters()}"
    aws.cloudformation.create_stack(StackName=other, TemplateBody=json.dumps(ANOTHER))
    aws.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=other, WaiterConfig={"Delay": 1}
    )
    page.goto(_overview(localstack, shown))
    message = f"pipelines are deployed; shown is {shown.names.pipeline_stack}."
    expect(page.get_by_text(message)).to_be_visible()
    page.get_by_role("link", name=other).click()
    expect(page.get_by_role("heading", name=other, exact=True)).to_be_visible()
    expect(page.get_by_text("rate(5 minutes)")).to_be_visible()
    aws.cloudformation.delete_stack(StackName=other)


def test_records_are_delivered_by_a_button_and_an_object_opens(
    localstack: Host, shown: Pipeline, page: Page
) -> None:
    """Its records as a table with the number's digits, and as they are."""
    tick = next_tick(shown).due
    page.goto(_overview(localstack, shown))
    page.get_by_role("button", name="Deliver now").click()
    expect(page.get_by_text("All buffered records were delivered")).to_be_visible()
    last = f"{tick:%Y-%m-%dT%H:%M}:45Z"
    key, body = _object_with(shown, last)
    page.goto(_overview(localstack, shown))
    page.get_by_role("link", name=key).click()
    table = page.get_by_role("table", name="Records")
    expect(table.get_by_role("columnheader")).to_have_text(["Nr.", "ticker", "timestamp", "price"])
    expect(table.get_by_role("row", name=last).first).to_be_visible()
    first = body.decode().partition("\n")[0]
    price = first.partition('"price": ')[2].rstrip("}")
    expect(table.get_by_role("row").nth(1)).to_contain_text(price)
    raw = page.get_by_role("link", name="raw").get_attribute("href")
    assert requests.get(f"{localstack.endpoint}{raw}", timeout=10).content == body


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
def test_the_confirm_button_confirms(
    localstack: Host,
    aws: AwsClients,
    browser: Browser,
    unconfirmed: tuple[str, str],
    scripted: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    """The address whose message it stands beside, and the message has nothing left to confirm."""
    topic, address = unconfirmed
    page = browser.new_page(java_script_enabled=scripted)
    page.goto(f"{localstack.endpoint}/_wavetank/pages/mailbox")
    page.get_by_role("button", name=f"Confirm {address}").click()
    expect(page.get_by_text("The subscription is confirmed.")).to_be_visible()
    expect(page.get_by_role("button", name=f"Confirm {address}")).to_have_count(0)
    assert [entry.confirmed for entry in subscriptions(aws, topic)] == [True]
    page.close()


def test_a_fault_is_switched_on_seen_and_reverted(
    localstack: Host, shown: Pipeline, page: Page
) -> None:
    """The next tick fails, the overview says so, and the tick after the revert succeeds."""
    function = shown.names.streaming_function
    page.goto(f"{localstack.endpoint}/_wavetank/pages/faults")
    switch = _switch(page, "broken-deployment")
    switch.get_by_role("combobox", name="Function").select_option(function)
    switch.get_by_role("button", name="Switch on: a function's code is broken").click()
    expect(page.get_by_text("The fault is injected.")).to_be_visible()
    expect(switch.get_by_text("on", exact=True)).to_be_visible()
    with pytest.raises(FunctionFailedError):
        next_tick(shown)
    page.goto(_overview(localstack, shown))
    expect(page.locator("#health")).to_contain_text(f"the last attempt of {function} failed")
    expect(page.get_by_text("1 fault is active")).to_be_visible()
    page.get_by_role("button", name="Revert all").click()
    expect(page.get_by_text("All faults are reverted.")).to_be_visible()
    next_tick(shown)
    assert active(localstack.endpoint) == []


def test_one_of_several_faults_is_reverted_by_its_own_button(localstack: Host, page: Page) -> None:
    """The other stays."""
    begin(localstack.endpoint, "api-latency", call="sns:PublishBatch", takes="1s")
    begin(localstack.endpoint, "wrong-clock", behind="1m")
    page.goto(f"{localstack.endpoint}/_wavetank/pages/faults")
    _switch(page, "wrong-clock").get_by_role("button", name="Revert").click()
    expect(_switch(page, "wrong-clock").get_by_text("off", exact=True)).to_be_visible()
    assert [fault["kind"] for fault in active(localstack.endpoint)] == ["api-latency"]


def test_what_cannot_be_done_is_shown_with_what_to_do(localstack: Host) -> None:
    """A page of its own, with the status of an error."""
    address = f"{localstack.endpoint}/_wavetank/?stack=nobodys"
    answer = requests.get(address, timeout=10)
    assert answer.status_code == 400
    assert "Expected a pipeline &#39;nobodys&#39;" in answer.text


def test_the_access_page_agrees_with_what_is_tried(
    localstack: Host, shown: Pipeline, page: Page
) -> None:
    """For the owner, the function's role, another account and anonymous: each call."""
    record = SandboxRecord(engine=Engine.ATTACHED, endpoint=localstack.endpoint, log=str(PROJECT))
    tried = attach(record, shown.names, ()).access_matrix()
    assert tried is not None
    page.goto(f"{localstack.endpoint}/_wavetank/pages/access?stack={shown.names.pipeline_stack}")
    table = page.get_by_role("table", name=f"Bucket {shown.names.bucket}")
    role = shown.aws.awslambda.get_function_configuration(
        FunctionName=shown.names.streaming_function
    )["Role"].rpartition("/")[2]
    for actor, who in {
        Actor.OWNER: "the owner",
        Actor.OWN_ROLE: f"role {role}",
        Actor.OTHER_ACCOUNT: "another account",
        Actor.ANONYMOUS: "anybody, unsigned",
    }.items():
        row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=who))
        cells = ["yes" if verb in tried.allowed[actor] else "no" for verb in Verb]
        expect(row.get_by_role("cell")).to_have_text(cells)
    used = page.get_by_role("table", name=f"Role {role}")
    expect(used.get_by_role("row", name=re.compile("dynamodb:Scan .* used"))).to_be_visible()


def test_looking_leaves_no_trace(localstack: Host, shown: Pipeline) -> None:
    """No page makes an object, or counts as use of a role's rights."""
    uses = SandboxControls(localstack.endpoint).access_uses()
    objects = delivered_objects(shown.aws, shown.names.bucket)
    for path in PAGES:
        requests.get(f"{localstack.endpoint}/_wavetank/{path}", timeout=10).raise_for_status()
    assert SandboxControls(localstack.endpoint).access_uses() == uses
    assert delivered_objects(shown.aws, shown.names.bucket) == objects


def test_what_is_new_appears_by_itself_and_focus_stays(
    localstack: Host, shown: Pipeline, page: Page
) -> None:
    """Whoever works by keyboard is not thrown back to the top of the page."""
    page.goto(_overview(localstack, shown))
    button = page.get_by_role("button", name="Deliver now")
    button.focus()
    tick = next_tick(shown).due
    expect(_row_of(page, tick)).to_be_visible(timeout=REFRESHED_MILLISECONDS)
    expect(button).to_be_focused()


def test_stored_html_is_shown_and_never_executed(
    localstack: Host, aws: AwsClients, shown: Pipeline, page: Page
) -> None:
    """An object's key and records, and a message's subject and text."""
    bucket, key = shown.names.bucket, f"{unique_letters()}{HOSTILE}"
    body = f'{{"{HOSTILE}": "{HOSTILE}"}}\n'.encode()
    aws.s3.put_object(Bucket=bucket, Key=key, Body=body)
    aws.sns.publish(
        TopicArn=f"arn:aws:sns:eu-west-1:000000000000:{shown.names.topic}",
        Subject=HOSTILE,
        Message=HOSTILE,
    )
    page.goto(_overview(localstack, shown))
    page.get_by_role("link", name=key).click()
    expect(page.get_by_role("columnheader", name=HOSTILE)).to_be_visible()
    expect(page.get_by_role("cell", name=HOSTILE)).to_be_visible()
    page.goto(f"{localstack.endpoint}/_wavetank/pages/mailbox")
    expect(page.get_by_role("heading", name=HOSTILE).first).to_be_visible()
    expect(page.locator("pre").first).to_contain_text(HOSTILE)
    assert page.evaluate("window.hostile") is None
    raw = requests.get(
        f"{localstack.endpoint}/_wavetank/pages/raw",
        params={"bucket": bucket, "key": key},
        timeout=10,
    )
    assert raw.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert raw.content == body
    aws.s3.delete_object(Bucket=bucket, Key=key)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_every_page_is_accessible(
    localstack: Host,
    shown: Pipeline,
    browser: Browser,
    width: int,
    dark: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    """Nothing that axe knows of is wrong, and no page is wider than the screen."""
    with (
        switched_on(localstack.endpoint, "api-latency", call="sns:PublishBatch", takes="1s"),
        opened_page(browser, width=width, dark=dark) as page,
    ):
        for path in PAGES:
            page.goto(f"{localstack.endpoint}/_wavetank/{path}")
            assert_usable(page, width)
        page.goto(_overview(localstack, shown))
        page.locator("td.key a").first.click()
        assert_usable(page, width)


def assert_usable(page: Page, width: int) -> None:
    """Nothing that axe knows of is wrong, and nothing has to be scrolled for sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
