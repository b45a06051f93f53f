"""S3 that stores its objects within this LocalStack, with AWS's errors of single requests.

LocalStack's own provider spools objects to one folder of the host, under the bucket's name: two
sandboxes side by side would delete each other's objects, and two users could not both run one.
[LocalStack 4.14: services/s3/provider.py; Amazon S3 API reference, CreateBucket]
"""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.api.s3 import BucketAlreadyExists, BucketAlreadyOwnedByYou
from localstack.constants import AWS_REGION_US_EAST_1
from localstack.services.plugins import Service, aws_provider
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore

from wavetank.core.clock import Clock, WallClock
from wavetank.emulator.iam_enforcement.deletions import delete_and_report
from wavetank.emulator.iam_enforcement.resource_policies import find_bucket
from wavetank.emulator.s3.error_bodies import write_errors_as_s3
from wavetank.emulator.s3.expected_owner import check_expected_owner
from wavetank.emulator.s3.notification_checks import check_notifications
from wavetank.emulator.s3.notifications import BucketNotifications
from wavetank.emulator.s3.version_ids import make_versions_repeatable
from wavetank.emulator.settings import TimeChoice, read_emulator_settings
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries

TAKEN = (
    "The requested bucket name is not available. The bucket namespace is shared by all users of "
    "the system. Please select a different name and try again."
)
OWN = "Your previous request to create the named bucket succeeded and you already own it."


class WavetankS3(S3Provider):
    """LocalStack's S3 provider, whose objects are stored within this LocalStack."""

    def __init__(self, storage: Any, clock: Clock, *, is_synchronous: bool) -> None:
        super().__init__(storage)
        self.deliveries = TargetDeliveries(clock, has_thread=not is_synchronous)
        self._notification_dispatcher.shutdown()
        self._notification_dispatcher = BucketNotifications(
            self.deliveries, clock, is_synchronous=is_synchronous
        )

    def on_before_stop(self) -> None:
        """Report the notifications that are lost because LocalStack stops."""
        super().on_before_stop()
        self.deliveries.report_lost("S3")

    def on_after_init(self) -> None:
        """Check the expected owner of buckets, and write errors as AWS does."""
        super().on_after_init()
        write_errors_as_s3()
        handlers.serve_custom_service_request_handlers.append(check_expected_owner)

    def create_bucket(self, context: RequestContext, request: Any) -> Any:  # type: ignore[override]  # as LocalStack
        """Create a bucket; one of the caller's own in us-east-1 is created again there.

        Raises:
            BucketAlreadyExists: another account has a bucket of that name.
            BucketAlreadyOwnedByYou: the caller has one, and not both are in us-east-1.
        """
        name = request["Bucket"]
        found = find_bucket(name, context.account_id)
        if found is not None and found.bucket_account_id != context.account_id:
            raise BucketAlreadyExists(TAKEN, BucketName=name)
        if found is not None and found.bucket_region != AWS_REGION_US_EAST_1:
            raise BucketAlreadyOwnedByYou(OWN, BucketName=name)
        return super().create_bucket(context, request)

    def put_bucket_notification_configuration(
        self,
        context: RequestContext,
        bucket: str,
        notification_configuration: Any,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Set the notifications of a bucket.

        Raises:
            InvalidArgument: they overlap, or are invalid otherwise.
        """
        check_notifications(notification_configuration)
        super().put_bucket_notification_configuration(
            context, bucket, notification_configuration, *args, **kwargs
        )

    def delete_objects(self, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        """LocalStack's result, with an error for each object that was removed from the call."""
        return delete_and_report(context, partial(super().delete_objects, context, *args, **kwargs))


@aws_provider(api="s3", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_s3() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    folder = Path(tempfile.gettempdir()) / "s3"
    storage = EphemeralS3ObjectStore(str(folder))
    is_synchronous = read_emulator_settings().time is TimeChoice.VIRTUAL
    if is_synchronous:
        make_versions_repeatable()
    return Service.for_provider(WavetankS3(storage, WallClock(), is_synchronous=is_synchronous))
