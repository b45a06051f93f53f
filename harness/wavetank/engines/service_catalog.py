"""LocalStack's index of AWS's services, kept from its first start for those that follow.

Without it LocalStack reads the models of all of AWS's services, which is half of its start. It is a
pickle, so it is kept only where code is that runs anyway: in the project's own folder, or in the
user's cache.
[LocalStack 4.14: aws/spec.py, get_service_catalog]
"""

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from wavetank.core.private_files import private_folder
from wavetank.core.settings import cache_folder

PATTERN = "service-catalog-*.dill"
PLACE = Path("root", "var", "lib", "localstack", "cache")
"""Below the folder of a LocalStack. The file's name has the versions that it belongs to."""


def provide_service_catalog(folder: Path) -> None:
    """Copies the index, if one is kept, to where the LocalStack of this folder reads it."""
    place = folder / PLACE
    place.mkdir(parents=True, exist_ok=True)
    for kept in cache_folder().glob(PATTERN):
        shutil.copyfile(kept, place / kept.name)


def keep_service_catalog(folder: Path) -> None:
    """Keeps the index that the LocalStack of this folder has made, unless there is one already."""
    cache = cache_folder()
    for made in (folder / PLACE).glob(PATTERN):
        if not (cache / made.name).exists():
            with suppress(OSError):  # as on a full disk: the next start makes it again
                _copy_whole(made, cache)


def _copy_whole(made: Path, cache: Path) -> None:
    """Another start at the same time finds the whole file or none."""
    private_folder(cache)
    with NamedTemporaryFile(dir=cache, delete=False) as part:
        part.write(made.read_bytes())
    Path(part.name).replace(cache / made.name)
