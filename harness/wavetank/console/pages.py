"""The web pages, and their forms: a form's action is executed, and its page is shown again."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from mimetypes import guess_type
from typing import Any

from localstack.http import Request, Response, route

from wavetank.console import actions
from wavetank.console.records import plain_body, record_table
from wavetank.console.rendering import FOLDER, Renderer
from wavetank.console.routes import PAGES, listed_routes
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.emulator.lambda_.isolation import isolation
from wavetank.emulator.services import confirmations, deliverer
from wavetank.emulator.sns.confirmation import is_token_unanswered
from wavetank.emulator.sns.messages import MessageType, summary
from wavetank.faults.switches import FaultSwitches

MESSAGES_SHOWN = 100
NOTICES = {
    "begun": "The fault is injected.",
    "confirmed": "The subscription is confirmed.",
    "delivered": "All buffered records were delivered, or a delivery was tried.",
    "reverted": "The fault is reverted.",
    "reverted-all": "All faults are reverted.",
}
"""The notice after a form, by a word in the address, so that links cannot show other text."""


def with_error_page[F: Callable[..., Any]](endpoint: F) -> F:
    """The endpoint, which shows an error page if it raises UsageError."""

    @wraps(endpoint)
    def answer(self: "Pages", request: Request, **arguments: Any) -> Any:
        try:
            return endpoint(self, request, **arguments)
        except UsageError as error:
            return self.renderer.page("error.html", {"error": error}, HTTPStatus.BAD_REQUEST)

    return answer  # type: ignore[return-value]  # the same, but for what it raises


class Pages:
    """The routes of a sandbox's HTML pages below `/_wavetank/`."""

    def __init__(self, switches: FaultSwitches, clock: Clock) -> None:
        self.renderer = Renderer(clock)
        self._switches = switches
        self._clock = clock

    @route("/_wavetank/", methods=["GET"])
    @with_error_page
    def on_overview(self, request: Request, **_: object) -> Response:
        """Shows the deployed pipeline and its state."""
        found = actions.overview(request.args.get("stack"), self._clock)
        active = self._switches.active()
        return self._page(
            "overview.html", request, found=found, active=active, isolation=isolation()
        )

    @route(f"{PAGES}/deliver", methods=["POST"])
    @with_error_page
    def on_deliver(self, _: Request, **__: object) -> Response:
        """Delivers all undelivered records of the streams now."""
        deliverer().flush()
        return _redirect("/_wavetank/", "delivered")

    @route(f"{PAGES}/object", methods=["GET"])
    @with_error_page
    def on_object(self, request: Request, **_: object) -> Response:
        """Shows the records of an object."""
        bucket, key = request.args.get("bucket", ""), request.args.get("key", "")
        body = actions.object_body(bucket, key)
        table = record_table(body)
        return self._page(
            "object.html", request, bucket=bucket, key=key, size_bytes=len(body), table=table
        )

    @route(f"{PAGES}/raw", methods=["GET"])
    @with_error_page
    def on_raw(self, request: Request, **_: object) -> Response:
        """Returns an object as text, decompressed."""
        body = actions.object_body(request.args.get("bucket", ""), request.args.get("key", ""))
        return Response(plain_body(body), content_type="text/plain; charset=utf-8")

    @route(f"{PAGES}/mailbox", methods=["GET"])
    @with_error_page
    def on_mailbox(self, request: Request, **_: object) -> Response:
        """Shows the mailbox, the newest message first."""
        mailbox = confirmations().mailbox
        messages = [summary(message) for message in mailbox.newest(MESSAGES_SHOWN)]
        return self._page(
            "mailbox.html",
            request,
            count=mailbox.count(),
            messages=messages,
            waiting={message["id"] for message in messages if _is_pending(message)},
            confirmation_type=MessageType.CONFIRMATION,
        )

    @route(f"{PAGES}/mailbox/<message_id>/confirm", methods=["POST"])
    @with_error_page
    def on_confirm(self, _: Request, message_id: str, **__: object) -> Response:
        """Confirms the subscription of the message."""
        actions.confirm(message_id)
        return _redirect(f"{PAGES}/mailbox", "confirmed")

    @route(f"{PAGES}/faults", methods=["GET"])
    @with_error_page
    def on_faults(self, request: Request, **_: object) -> Response:
        """Shows the switches for faults."""
        switches, active = self._switches.switches(), self._switches.active()
        return self._page("faults.html", request, switches=switches, active=active)

    @route(f"{PAGES}/faults", methods=["POST"])
    @with_error_page
    def on_inject(self, request: Request, **_: object) -> Response:
        """Switches a fault on."""
        form = _form(request)
        self._switches.begin(form.pop("kind", ""), form)
        return _redirect(f"{PAGES}/faults", "begun")

    @route(f"{PAGES}/faults/revert", methods=["POST"])
    @with_error_page
    def on_revert(self, request: Request, **_: object) -> Response:
        """Reverts the fault that the form names, or all."""
        fault = _form(request).get("fault")
        if fault is None:
            self._switches.revert_all()
        else:
            self._switches.revert(fault)
        return _redirect(f"{PAGES}/faults", "reverted" if fault else "reverted-all")

    @route(f"{PAGES}/access", methods=["GET"])
    @with_error_page
    def on_access(self, request: Request, **_: object) -> Response:
        """Shows who can do what with the buckets, and which permissions roles use."""
        found = actions.access(request.args.get("stack"), self._clock)
        return self._page("access.html", request, found=found)

    @route(f"{PAGES}/routes", methods=["GET"])
    @with_error_page
    def on_routes(self, request: Request, **_: object) -> Response:
        """Shows the routes for programs."""
        listed = [entry for entry in listed_routes() if not entry.is_page]
        return self._page("routes.html", request, routes=listed)

    @route(f"{PAGES}/assets/<name>", methods=["GET"])
    @with_error_page
    def on_asset(self, _: Request, name: str, **__: object) -> Response:
        """Returns the pages' style, script and icon."""
        assets = {path.name: path for path in (FOLDER / "assets").iterdir()}
        if name not in assets:
            raise UsageError(f"one of {', '.join(sorted(assets))}", repr(name), "correct it")
        kind = guess_type(name)[0] or "text/plain"
        return Response(assets[name].read_bytes(), content_type=f"{kind}; charset=utf-8")

    def _page(self, template: str, request: Request, **content: object) -> Response:
        notice = NOTICES.get(request.args.get("notice", ""), "")
        return self.renderer.page(template, content | {"notice": notice})


def _is_pending(message: dict[str, str]) -> bool:
    """Whether the message asks for a confirmation that is still missing."""
    if message["type"] != MessageType.CONFIRMATION:
        return False
    return is_token_unanswered(actions.token_of(message["link"]))


def _form(request: Request) -> dict[str, str]:
    return dict(request.form.items())


def _redirect(path: str, notice: str) -> Response:
    """Redirect the browser to the page, so that a reload does not repeat the action."""
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{path}?notice={notice}"})
