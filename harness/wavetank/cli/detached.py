"""`up --detach`: the same sandbox, owned by a process in the background."""

import subprocess
import sys

from wavetank.aws.sandbox_api import pages_address
from wavetank.cli.addresses import show_unconfirmed
from wavetank.cli.output import Output
from wavetank.cli.running import attach_to_deployed
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError
from wavetank.core.private_files import private_file
from wavetank.engines.embedded import SandboxFolder

READY_SECONDS_MAX = 180.0
POLL_SECONDS = 0.1
DETACH_OPTIONS = frozenset({"--detach", "-d"})


def start_detached(folder: SandboxFolder, output: Output) -> None:
    """Starts it and returns when it is ready.

    Raises:
        UsageError: one runs already.
        InfrastructureError: its folder cannot be written to, or it ended instead, with its own last
            words.
    """
    folder.require_free()
    folder.make()
    log_file = folder.path / "up.log"
    arguments = [argument for argument in sys.argv[1:] if argument not in DETACH_OPTIONS]
    private_file(log_file)
    with log_file.open("wb") as log:
        owner = subprocess.Popen(
            [sys.executable, "-m", "wavetank", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    clock = WallClock()
    deadline = clock.monotonic() + READY_SECONDS_MAX
    with output.waiting("starting in the background"):
        while (record := folder.running()) is None or record.owner != owner.pid:
            if owner.poll() is not None or clock.monotonic() > deadline:
                owner.kill()
                last = (
                    log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                )
                raise InfrastructureError(
                    "a sandbox in the background", " ".join(last) or "none", f"see {log_file}"
                )
            clock.sleep(POLL_SECONDS)
    output.say(f"ready at {record.endpoint}; ./wavetank down stops it")
    output.say(f"pages: {pages_address(record.endpoint)}")
    output.emit("ready", endpoint=record.endpoint)
    show_unconfirmed(attach_to_deployed(record), output)
