"""S3 that stores its objects within this LocalStack, and reports denials of single keys.

LocalStack's own provider spools objects to one folder of the host, under the bucket's name: two
sandboxes side by side would delete each other's objects, and two users could not both run one.
Selected with `PROVIDER_OVERRIDE_S3=wavetank`. [LocalStack 4.14: services/s3/provider.py]
"""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.plugins import Service, aws_provider
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore

from wavetank.emulator.iam_enforcement.deletions import delete_and_report


class WavetankS3(S3Provider):
    """LocalStack's provider, which also reports objects that the caller may not delete."""

    def delete_objects(self, context: RequestContext, *args: Any, **kwargs: Any) -> Any:
        """LocalStack's result, with an error for each object that was removed from the call."""
        return delete_and_report(context, partial(super().delete_objects, context, *args, **kwargs))


@aws_provider(api="s3", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_s3() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    folder = Path(tempfile.gettempdir()) / "s3"
    return Service.for_provider(WavetankS3(EphemeralS3ObjectStore(str(folder))))
