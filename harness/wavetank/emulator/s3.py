"""S3 with its objects kept where this LocalStack keeps everything else.

LocalStack's own provider spools objects to one folder of the machine's, under the bucket's name:
two sandboxes side by side would delete each other's objects, and two users could not both run one.
Selected with `PROVIDER_OVERRIDE_S3=wavetank`. [LocalStack 4.14: services/s3/provider.py]
"""

import tempfile
from pathlib import Path

from localstack.services.plugins import Service, aws_provider
from localstack.services.s3.provider import S3Provider
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore


@aws_provider(api="s3", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_s3() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    folder = Path(tempfile.gettempdir()) / "s3"
    return Service.for_provider(S3Provider(EphemeralS3ObjectStore(str(folder))))
