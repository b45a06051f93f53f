"""What parliament finds in policies."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def parliament_findings(folder: Path, policies: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """By parliament in a process of its own: its import warns, and leaves files open."""
    for name, document in policies.items():
        (folder / f"{name.replace('/', '-')}.json").write_text(json.dumps(document))
    done = subprocess.run(
        [Path(sys.executable).with_name("parliament"), "--json", "--directory", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    return done.stdout.splitlines()
