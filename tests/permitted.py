"""What the machine that runs the tests permits, found out without the code under test."""

import os
import shutil
import subprocess
import sys
from functools import cache


@cache
def namespaces_are_permitted() -> bool:
    """Whether this user can make namespaces, and mount in them: util-linux is asked to."""
    command = shutil.which("unshare")
    if sys.platform != "linux" or command is None:
        return False
    options = ["--user", "--map-root-user", "--mount", "--pid", "--ipc", "--fork"]
    mount = ["mount", "-t", "tmpfs", "none", "/tmp"]  # noqa: S108 - covered in its namespace only
    done = subprocess.run(
        [command, *options, *mount],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath + ":/usr/sbin:/sbin"},
        check=False,
    )
    return done.returncode == 0
