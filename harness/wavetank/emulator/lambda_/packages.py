"""Safe handling of the code of functions and layers, which LocalStack trusts.

LocalStack unpacks with `unzip` and a chmod that follow the archive's own symbolic links, with
LocalStack's permissions and outside of every function's confinement. Here an archive is checked
before it is stored, so that CreateFunction, UpdateFunctionCode and PublishLayerVersion refuse it as
on AWS, and is unpacked by `archive`. A folder of the host as code (LocalStack's hot reloading,
S3Bucket `hot-reload`) is refused: anyone who can create a function could read all of the host by
it.

A function whose code could not be unpacked can be deleted.
[LocalStack 4.14: services/lambda_/invocation/lambda_models.py, lambda_service.py]
"""

import io
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from localstack.aws.api.lambda_ import InvalidParameterValueException
from localstack.services.lambda_.invocation.lambda_models import S3Code
from localstack.services.lambda_.invocation.lambda_service import LambdaService

from wavetank.core.lambda_package import package_files
from wavetank.emulator.lambda_.archive import (
    ArchiveError,
    ArchiveSizeError,
    check_archive,
    unpack,
)
from wavetank.emulator.lambda_.folders import code_root
from wavetank.emulator.patches import patch_of

NOT_UNZIPPED = "Could not unzip uploaded file. Please check your file, then try to upload again."
"""AWS's message for every archive that it cannot unpack."""


@cache
def use_safe_unpacking() -> None:
    """Patch LocalStack, for the rest of the process's life; safe to repeat."""
    for target, ours in REPLACED.items():
        patch_of(target).apply(ours)
    stop = patch_of(
        "localstack.services.lambda_.invocation.lambda_service:LambdaService.stop_version"
    )
    stock = stop.original()

    def stop_version(service: LambdaService, qualified_arn: str) -> None:
        known = {*service.lambda_running_versions, *service.lambda_starting_versions}
        if qualified_arn in known:  # a failed version has no manager, and nothing to stop
            stock(service, qualified_arn)

    stop.apply(stop_version)


def _require_archive(content: bytes) -> bool:
    """Replaces LocalStack's first check of any archive.

    Raises:
        InvalidParameterValueException: it cannot be unpacked; AWS's message, and the reason.
    """
    try:
        check_archive(io.BytesIO(content))
    except ArchiveSizeError as error:
        raise InvalidParameterValueException(str(error), Type="User") from error
    except ArchiveError as error:
        message = f"{NOT_UNZIPPED} [wavetank: it {error}]"
        raise InvalidParameterValueException(message, Type="User") from error
    return True


def inline_package(folder: str, *, get_content: bool) -> bytes:
    """Zip the code that a template has inline: the same bytes each time.

    LocalStack calls `zip`, which a host may lack, and which adds the time, so that the same
    template would have another CodeSha256 at each deployment.
    """
    assert get_content  # as its only caller asks
    root = Path(folder)
    files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    return package_files("inline code", files).content


def _refuse_folder(path: str) -> Any:
    message = f"a folder of the host is not accepted as code: {path}"
    raise InvalidParameterValueException(message, Type="User")


def _location(self: S3Code) -> Path:
    return code_root() / self.s3_bucket / self.id / "code"


def _prepare(self: S3Code) -> None:
    """The code's folder; unpacks the code if it is not there yet."""
    folder = self.get_unzipped_code_location()
    with self._disk_lock:
        if folder.exists():
            return
        with tempfile.TemporaryFile() as archive:
            self._download_archive_to_file(archive)
            archive.seek(0)
            unpack(archive, folder)


REPLACED: Mapping[str, Callable[..., Any]] = {
    "localstack.services.lambda_.resource_providers.aws_lambda_function:create_zip_file": (
        inline_package
    ),
    "localstack.services.lambda_.invocation.lambda_models"
    ":S3Code.get_unzipped_code_location": _location,
    "localstack.services.lambda_.invocation.lambda_models:S3Code.prepare_for_execution": _prepare,
    "localstack.services.lambda_.invocation.lambda_service:create_hot_reloading_code": (
        _refuse_folder
    ),
    "localstack.services.lambda_.invocation.lambda_service:is_zip_file": _require_archive,
}
"""LocalStack's functions, and their replacements."""
