"""The data and actions of the pages, as JSON for programs."""

from dataclasses import asdict

from localstack.http import Request, Response, route

from wavetank.console import actions
from wavetank.console.collector import bucket_state
from wavetank.console.records import record_table
from wavetank.console.responses import as_json, with_json_errors
from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.emulator.lambda_.attempts import ATTEMPTS
from wavetank.emulator.lambda_.isolation import isolation

OBJECTS_MAX = 1000


class DataRoutes:
    """JSON routes with the state of the deployed pipelines, and actions on them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @route("/_wavetank/overview", methods=["GET"])
    @with_json_errors
    def on_overview(self, request: Request, **_: object) -> Response:
        """Returns the deployed pipeline and its state; `?stack=` selects a pipeline."""
        found = actions.overview(request.args.get("stack"), self._clock)
        concerns = found.shown.concerns if found.shown else ()
        return as_json(asdict(found) | {"concerns": concerns, "now": self._clock.now()})

    @route("/_wavetank/isolation", methods=["GET"])
    @with_json_errors
    def on_isolation(self, _: Request, **__: object) -> Response:
        """Returns how far functions are isolated, and why no stronger level is used."""
        found = isolation()
        return as_json(asdict(found) | {"meaning": found.meaning})

    @route("/_wavetank/attempts", methods=["GET"])
    @with_json_errors
    def on_attempts(self, request: Request, **_: object) -> Response:
        """Lists the attempts of all functions after `?since=`, the `next` of an earlier answer."""
        return as_json(asdict(ATTEMPTS.since(request.args.get("since", ""))))

    @route("/_wavetank/objects/<bucket>", methods=["GET"])
    @with_json_errors
    def on_objects(self, _: Request, bucket: str, **__: object) -> Response:
        """Lists a bucket's newest objects, a thousand at most."""
        found = bucket_state(bucket, OBJECTS_MAX)
        if found is None:
            raise UsageError(f"a bucket {bucket!r}", "none", "name an existing one")
        return as_json(asdict(found))

    @route("/_wavetank/records", methods=["GET"])
    @with_json_errors
    def on_records(self, request: Request, **_: object) -> Response:
        """Returns the records of the object `?bucket=` `&key=`."""
        bucket, key = request.args.get("bucket", ""), request.args.get("key", "")
        return as_json(asdict(record_table(actions.object_body(bucket, key))))

    @route("/_wavetank/mailbox/<message_id>/confirm", methods=["POST"])
    @with_json_errors
    def on_confirm(self, _: Request, message_id: str, **__: object) -> Response:
        """Confirms the subscription of the message."""
        return as_json({"arn": actions.confirm(message_id)})

    @route("/_wavetank/access/matrix", methods=["GET"])
    @with_json_errors
    def on_access(self, request: Request, **_: object) -> Response:
        """Returns access to a pipeline's buckets, and which permissions its roles use."""
        return as_json(asdict(actions.access(request.args.get("stack"), self._clock)))
