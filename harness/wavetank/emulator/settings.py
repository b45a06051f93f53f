"""What LocalStack's environment says to the plug-ins; their only reader of it.

LocalStack is a process of its own, often in a container: what the command line decided reaches it
as variables, set by the engine that starts it or by docker-compose.yml.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EmulatorSettings:
    """How the plug-ins are to behave.

    `snapshot_file` is where what the pipeline holds is kept over a stop; None keeps nothing.
    """

    snapshot_file: Path | None


def read_emulator_settings() -> EmulatorSettings:
    """`WAVETANK_SNAPSHOT` names the file of the snapshot."""
    snapshot = os.environ.get("WAVETANK_SNAPSHOT")
    return EmulatorSettings(snapshot_file=Path(snapshot) if snapshot else None)
