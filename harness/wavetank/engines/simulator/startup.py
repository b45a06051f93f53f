"""Start a simulator: LocalStack in this process, before anything imports it.

Only one in each process, since LocalStack's state is global; several runs follow one another in it.
Deploying takes place in real time.
"""

import gc
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from wavetank.aws.http_interception import intercept_http
from wavetank.aws.service_models import service_models_parsed_once
from wavetank.core.clock import replaced_sleep
from wavetank.core.errors import InfrastructureError
from wavetank.core.settings import user_cache_folder
from wavetank.emulator.patches import patch_of
from wavetank.emulator.settings import (
    AccessChoice,
    DynamoDbChoice,
    EmulatorSettings,
    SignatureChoice,
    TimeChoice,
    use,
)
from wavetank.engines.localstack_child import LocalStackOptions
from wavetank.engines.service_catalog import provide_service_catalog, store_service_catalog
from wavetank.engines.simulator import gc_control as collector
from wavetank.engines.simulator import variables
from wavetank.engines.simulator.engine import PORT, Simulator
from wavetank.engines.simulator.frozen_time import names_hashed_once
from wavetank.engines.simulator.handler_threads import cooperative_threads
from wavetank.engines.simulator.process_calls import intercepted

PLUGIN_CACHE = "plux"
"""The plug-in loader's index, in the user's cache. [plux: runtime/cache.py]"""
OF_THE_PROCESS = frozenset({"HOME", "LANG", "PATH", "PYTHONUNBUFFERED"})
"""Variables that keep their values in this process."""
SETTINGS = EmulatorSettings(
    snapshot_file=None,
    dynamodb=DynamoDbChoice.WAVETANK,
    access=AccessChoice.ENFORCE,
    signatures=SignatureChoice.SKIP,
    time=TimeChoice.VIRTUAL,
    confirm_emails=True,
    mail_server=None,
)
"""Set here and not in the environment, which child processes would inherit."""
PREPARED: list[Path] = []
"""The folder of this process's simulator, once `prepare` was called."""
STARTED = threading.Event()
"""Set once LocalStack is in this process, where its state is global."""
BOOTED: list[Simulator] = []
"""The simulator that `boot` has made, for the next call of `simulator`."""
VIRTUAL = {
    "DISABLE_BOTO_RETRIES": "1",
    "EAGER_SERVICE_LOADING": "0",
    "IN_MEMORY_CLIENT": "1",
    "LOCALSTACK_HOST": f"simulator.invalid:{PORT}",
}


def prepare(folder: Path) -> None:
    """Set what LocalStack reads when it is imported; `folder` is for its files.

    `simulator` calls this. Only a process that imports LocalStack for other reasons, such as a test
    run, calls it first.

    Raises:
        InfrastructureError: LocalStack was imported already.
    """
    if "localstack.config" in sys.modules:
        raise InfrastructureError(
            "LocalStack not to be imported yet",
            "it is",
            "prepare the simulator before the module that imports it",
        )
    for part in ("root", "home", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    provide_service_catalog(folder)
    options = LocalStackOptions(folder=folder, path="")
    wanted = options.variables(PORT) | VIRTUAL
    ours = {name for name in wanted if name.startswith("WAVETANK_")}
    given = {name: wanted[name] for name in wanted.keys() - OF_THE_PROCESS - ours}
    if not _takes_files(user_cache_folder() / PLUGIN_CACHE):
        given["XDG_CACHE_HOME"] = str(folder / "home")
    variables.become(given)
    PREPARED.append(folder)


def _takes_files(folder: Path) -> bool:
    """Whether files can be put into it; a container's user may have no home."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def boot() -> None:
    """Start LocalStack and load its services for the first `simulator` of this process or a fork.

    A process that forks calls this once, after `prepare`; each child's `simulator` then starts at
    once. No thread is running afterwards, so forking is safe; a deployment starts some.

    Raises:
        InfrastructureError: this process has, or had, a simulator already.
    """
    with simulator() as made:
        from wavetank.emulator.in_process.service_loading import load_services  # noqa: PLC0415 - imports LocalStack

        load_services(made.aws)
        assert threading.active_count() == 1  # a fork could otherwise wait for a lock forever
    BOOTED.append(made)
    gc.freeze()  # a child's garbage collection would copy all pages


def _booted() -> Simulator:
    STARTED.set()
    use(SETTINGS)
    from wavetank.emulator.in_process.localstack import InProcessLocalStack  # noqa: PLC0415 - reads what was just set

    return Simulator(InProcessLocalStack())


@contextmanager
def simulator() -> Iterator[Simulator]:
    """LocalStack in this process while the body runs; its files are deleted afterwards.

    Raises:
        InfrastructureError: this process has, or had, one already.
    """
    if STARTED.is_set() and not BOOTED:
        raise InfrastructureError(
            "one simulator in a process", "a second one", "use the first again"
        )
    with ExitStack() as stack:
        if not PREPARED:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wavetank-"))
            prepare(Path(folder))
        stack.callback(store_service_catalog, PREPARED[0])
        stack.enter_context(variables.without_aws_configuration())
        stack.enter_context(_temporary_files_in(PREPARED[0] / "tmp"))
        stack.enter_context(service_models_parsed_once())
        stack.enter_context(names_hashed_once())
        collector.pause()
        stack.callback(collector.resume)
        made = BOOTED.pop() if BOOTED else _booted()
        stack.enter_context(intercept_http(made.handle_request))
        stack.enter_context(replaced_sleep(made.sleep))
        stack.enter_context(cooperative_threads(made))
        stack.enter_context(intercepted(made))
        yield made


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Use the folder as the temporary folder, where LocalStack unpacks code by fixed names."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as own,
        patch_of("tempfile:tempdir").replaced(own),
    ):
        yield
