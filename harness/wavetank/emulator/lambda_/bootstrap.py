"""First thing in a function's process: hands over to AWS's runtime with AWS's packages only.

Run as a script with `python -S`, and so with nothing but the standard library at hand. Then
`site`'s builtins are put back (`exit()` is used by handlers in the wild) and AWS's runtime
interface client takes over with the packages of AWS's runtime on its path and no others. What the
process may see and use was decided before it was started: see `supervisor`.

Usage: bootstrap.py RUNTIME_SITE FUNCTION_NAME; the name is for `ps`. The address of the Runtime
API, in AWS_LAMBDA_RUNTIME_API, has a secret behind it (`127.0.0.1:PORT/SECRET`), without which that
API answers no request. The handler sees the address alone, as on AWS.
"""

import os
import site
import sys
from typing import Any

COERCED_LOCALE = "C.UTF-8"
"""What Python adds where the host lacks AWS's locale (PEP 538); no function asked for it."""
RUNTIME_API = "AWS_LAMBDA_RUNTIME_API"


def main() -> None:
    """Entry point of the script: run the handler named in `_HANDLER` for ever."""
    runtime_site = sys.argv[1]
    if os.environ.get("LC_CTYPE") == COERCED_LOCALE:
        del os.environ["LC_CTYPE"]
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.argv = ["bootstrap", os.environ["_HANDLER"]]
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    sys.path.append(runtime_site)
    # The client in C reads the variable here, once, and puts it before the path of each request.
    from awslambdaric import bootstrap  # noqa: PLC0415 - only in reach once the path is set
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415 - as above

    address, _, secret = os.environ[RUNTIME_API].partition("/")
    os.environ[RUNTIME_API] = address

    class Client(LambdaRuntimeClient):  # type: ignore[misc]  # it ships no types
        """Sends what the client in C does not, errors of the init phase, by the same path."""

        def call_rapid(self, method: str, endpoint: str, *arguments: Any, **named: Any) -> None:
            super().call_rapid(method, f"/{secret}{endpoint}", *arguments, **named)

    bootstrap.run(os.environ["_HANDLER"], Client(address))


if __name__ == "__main__":
    main()
