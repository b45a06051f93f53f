"""The first code in a function's process: runs AWS's runtime with only AWS's packages.

Run as a script with `python -S`, so only the standard library is importable. It restores `site`'s
builtins (handlers use `exit()`), and runs AWS's runtime interface client with the packages of AWS's
runtime on its path and no others. The process's confinement was applied before it was started: see
`supervisor`.

Usage: python -S -X runtime_site=FOLDER -X layers=FOLDER bootstrap.py [FUNCTION_NAME]. Wrapper
scripts expect the script to be the last argument, so the folders are options of the interpreter,
which ignores those that it does not know; the name is for `ps`. The address of the Runtime API, in
AWS_LAMBDA_RUNTIME_API, contains a secret (`127.0.0.1:PORT/SECRET`), without which that API answers
no request. The handler sees only the address, as on AWS.
"""

import os
import site
import sys
from pathlib import Path
from typing import Any

COERCED_LOCALE = "C.UTF-8"
"""Added by Python if the host lacks AWS's locale (PEP 538); functions must not see it."""
RUNTIME_API = "AWS_LAMBDA_RUNTIME_API"


def layer_folders(opt: str, runtime: str) -> list[str]:
    """The folders of Python packages in the layers, in the order in which they are searched.

    `opt` is empty if there are none. `runtime` is the function's, such as `AWS_Lambda_python3.12`,
    for which its layers are made.
    [AWS Lambda developer guide, packaging-layers]
    """
    version = runtime.removeprefix("AWS_Lambda_")
    folders = (f"{opt}/python/lib/{version}/site-packages", f"{opt}/python")
    return [folder for folder in folders if opt and Path(folder).is_dir()]


def main() -> None:
    """Entry point of the script: run the handler named in `_HANDLER` forever."""
    options = sys._xoptions  # noqa: SLF001 - as CPython documents it
    if os.environ.get("LC_CTYPE") == COERCED_LOCALE:
        del os.environ["LC_CTYPE"]
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.argv = ["bootstrap", os.environ["_HANDLER"]]
    layers = layer_folders(str(options["layers"]), os.environ["AWS_EXECUTION_ENV"])
    sys.path[:1] = [os.environ["LAMBDA_TASK_ROOT"], *layers]
    sys.path.append(str(options["runtime_site"]))
    for folder in layers:
        if folder.endswith("site-packages"):  # for its .pth files: it is on the path already
            site.addsitedir(folder)
    # The C client reads the variable here, once, and prefixes the path of each request with it.
    from awslambdaric import bootstrap  # noqa: PLC0415 - only in reach once the path is set
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415 - as above

    address, _, secret = os.environ[RUNTIME_API].partition("/")
    os.environ[RUNTIME_API] = address

    class Client(LambdaRuntimeClient):  # type: ignore[misc]  # it ships no types
        """Runtime client that adds the secret to the path of errors in the init phase."""

        def call_rapid(self, method: str, endpoint: str, *arguments: Any, **named: Any) -> None:
            super().call_rapid(method, f"/{secret}{endpoint}", *arguments, **named)

    bootstrap.run(os.environ["_HANDLER"], Client(address))


if __name__ == "__main__":
    main()
