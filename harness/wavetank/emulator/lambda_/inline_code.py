"""Code in a template: the same zip from the same text, whenever it is deployed.

LocalStack zips it with the time of the deployment, so that the function's hash differs each time,
and a run on another deployment would be one of other code.
[LocalStack 4.14: services/lambda_/resource_providers/aws_lambda_function.py]
"""

import io
import zipfile
from typing import Any

from wavetank.core.lambda_package import package_files
from wavetank.emulator.patches import patch_of

CODE_PARAMETER = (
    "localstack.services.lambda_.resource_providers.aws_lambda_function:_get_lambda_code_param"
)


def zip_inline_code_reproducibly() -> None:
    """Replace the zip that CloudFormation makes of the text in a template."""
    patch = patch_of(CODE_PARAMETER)
    original = patch.original()

    def code_parameter(properties: Any, _include_arch: bool = False) -> Any:  # noqa: FBT001, FBT002 - LocalStack's
        code = original(properties, _include_arch)
        written = (properties.get("Code") or {}).get("ZipFile")
        if written is not None and code.get("ZipFile") != written:
            code["ZipFile"] = without_times(code["ZipFile"])
        return code

    patch.apply(code_parameter)


def without_times(archive: bytes) -> bytes:
    """The same files in a zip without the time or the system of its creation."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        files = {name: found.read(name) for name in found.namelist() if not name.endswith("/")}
    return package_files("inline", files).content
