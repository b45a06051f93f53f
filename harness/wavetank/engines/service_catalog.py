"""Caches LocalStack's index of AWS's services from its first start.

Without it LocalStack reads the models of all of AWS's services, which is half of its start. The
index is a pickle, so it is only stored where code is executed anyway: in the project's own folder,
or in the user's cache.
[LocalStack 4.14: aws/spec.py, get_service_catalog]
"""

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from wavetank.core.private_files import private_folder
from wavetank.core.settings import cache_folder

PATTERN = "service-catalog-*.dill"
CATALOG_FOLDER = Path("root", "var", "lib", "localstack", "cache")
"""Relative to the folder of a LocalStack. The file's name contains its versions."""


def provide_service_catalog(folder: Path) -> None:
    """Copy the cached index, if there is one, to where the LocalStack of this folder reads it."""
    target = folder / CATALOG_FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for cached in cache_folder().glob(PATTERN):
        shutil.copyfile(cached, target / cached.name)


def store_service_catalog(folder: Path) -> None:
    """Cache the index that the LocalStack of this folder has made, unless one is cached already."""
    cache = cache_folder()
    for made in (folder / CATALOG_FOLDER).glob(PATTERN):
        if not (cache / made.name).exists():
            with suppress(OSError):  # such as a full disk: the next start makes it again
                _copy_whole(made, cache)


def _copy_whole(made: Path, cache: Path) -> None:
    """Copy atomically, for another start at the same time."""
    private_folder(cache)
    with NamedTemporaryFile(dir=cache, delete=False) as part:
        part.write(made.read_bytes())
    Path(part.name).replace(cache / made.name)
