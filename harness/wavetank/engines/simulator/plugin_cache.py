"""Where LocalStack's plug-in loader keeps its index: the user's cache, or a temporary folder.

plux writes the index when it is first asked, and fails where it cannot: a container's user may
have no home, or one that is read-only. [plux: runtime/cache.py]
"""

import os
from pathlib import Path

from wavetank.core.settings import user_cache_folder


def plugin_cache_variables(temporary: Path) -> dict[str, str]:
    """The variables that move the cache to the temporary folder, if the user's takes no files."""
    usual = user_cache_folder() / "plux"
    return {} if _takes_files(usual) else {"XDG_CACHE_HOME": str(temporary)}


def _takes_files(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
