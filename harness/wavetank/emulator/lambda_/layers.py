"""The layers of a function as one folder: what AWS shows at /opt.

The archives are extracted in the function's order, so that a later layer overwrites files of an
earlier one. The folder's name is made of the layers' contents and the order: versions that use the
same layers share it, and it is extracted once.
[AWS Lambda developer guide: chapter-layers, packaging-layers]
"""

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from localstack.services.lambda_.invocation.lambda_models import S3Code

from wavetank.emulator.lambda_.archive import Parts, check_links
from wavetank.emulator.lambda_.folders import code_root

if TYPE_CHECKING:
    from localstack.services.lambda_.invocation.lambda_models import LayerVersion

FOLDER = "layers"
FOLDER_MODE = 0o755
_EXTRACTING = threading.Lock()


def extract_layers(layers: Iterable["LayerVersion"]) -> None:
    """Extract each layer by itself, unless it is already; an error makes the version fail."""
    for code in _codes(layers):
        code.prepare_for_execution()


def layers_folder(layers: Sequence["LayerVersion"], user: str = "") -> Path | None:
    """The folder of these layers, extracted if it is not there yet; None without layers.

    `user` distinguishes the folders of functions that must not read one another's files. A folder
    stays until LocalStack stops.
    """
    codes = _codes(layers)
    if not codes:
        return None
    named = "\n".join([user, *(f"{code.s3_bucket}/{code.id}" for code in codes)])
    target = code_root() / FOLDER / hashlib.sha256(named.encode()).hexdigest()
    with _EXTRACTING:
        if not target.exists():
            extract_layers(layers)
            merge((code.get_unzipped_code_location() for code in codes), target)
    return target


def _codes(layers: Iterable["LayerVersion"]) -> list[S3Code]:
    return [layer.code for layer in layers if isinstance(layer.code, S3Code)]


def merge(folders: Iterable[Path], target: Path) -> None:
    """Copy the folders into a new one, in order; it appears as a whole or not at all.

    A file replaces an earlier layer's file or link. A folder is merged with an earlier one; where
    one layer has a folder and another a file, the later of the two remains.

    Raises:
        ArchiveError: a link leads out of the merged folder, though none does in its own layer.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.parent.chmod(target.parent.parent.stat().st_mode)
    fresh = Path(tempfile.mkdtemp(dir=target.parent))
    try:
        for folder in folders:
            _copy_into(folder, fresh)
        check_links(dict(_links(fresh, ())))
        fresh.chmod(FOLDER_MODE)
        fresh.rename(target)
    except BaseException:
        shutil.rmtree(fresh)
        raise


def _copy_into(folder: Path, target: Path) -> None:
    for entry in os.scandir(folder):
        copy = target / entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if copy.is_symlink() or copy.is_file() or (copy.exists() and not is_folder):
            _remove(copy)
        if is_folder:
            copy.mkdir(exist_ok=True)
            copy.chmod(FOLDER_MODE)
            _copy_into(Path(entry.path), copy)
        else:
            shutil.copy2(entry.path, copy, follow_symlinks=False)


def _links(folder: Path, above: Parts) -> Iterator[tuple[Parts, str]]:
    """All links below the folder, by path, with their targets."""
    for entry in os.scandir(folder):
        parts = (*above, entry.name)
        if entry.is_symlink():
            yield parts, os.readlink(entry.path)  # noqa: PTH115 - a Path would normalise the target
        elif entry.is_dir(follow_symlinks=False):
            yield from _links(Path(entry.path), parts)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
