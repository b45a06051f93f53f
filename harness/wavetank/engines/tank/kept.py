"""What LocalStack works out at its first start, kept for the next: an index of AWS's services.

It is a pickle, so it is kept nowhere but in the project's own folder, whose code is run anyway.
[LocalStack 4.14: aws/spec.py, get_service_catalog]
"""

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from wavetank.private_files import private_folder
from wavetank.settings import cache_folder

PATTERN = "service-catalog-*.dill"
PLACE = Path("root", "var", "lib", "localstack", "cache")
"""Below the folder of a tank. The file's name has the versions that it belongs to."""


def bring(folder: Path) -> None:
    """Puts what is kept where the tank in this folder looks for it."""
    place = folder / PLACE
    place.mkdir(parents=True, exist_ok=True)
    for kept in cache_folder().glob(PATTERN):
        shutil.copyfile(kept, place / kept.name)


def keep(folder: Path) -> None:
    """Keeps what the tank in this folder has made, unless it is; a full disk does not matter."""
    cache = cache_folder()
    for made in (folder / PLACE).glob(PATTERN):
        if not (cache / made.name).exists():
            with suppress(OSError):  # the next start works it out again
                _copy_whole(made, cache)


def _copy_whole(made: Path, cache: Path) -> None:
    """Others may look at the same time: they find all of it, or nothing."""
    private_folder(cache)
    with NamedTemporaryFile(dir=cache, delete=False) as part:
        part.write(made.read_bytes())
    Path(part.name).replace(cache / made.name)
