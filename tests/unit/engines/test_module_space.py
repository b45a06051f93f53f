"""Cold starts in one process: what is imported again, and what is shared."""

import importlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import psutil
import pytest

from wavetank.core.errors import UsageError
from wavetank.engines.simulator.module_space import LOADED, ModuleSpace

ONCE = """
import sys
if getattr(sys, {mark!r}, False):
    raise ImportError("cannot load module more than once per process")
setattr(sys, {mark!r}, True)
class Number: pass
"""
"""Refuses to be executed again, as NumPy does."""


def package(
    folder: Path, name: str, code: str = "", *, compiled: bool = False, version: str = "1.0"
) -> None:
    """A package with its metadata; a file with the suffix of compiled modules, if it is one."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(code)
    if compiled:
        (folder / name / f"_core{EXTENSION_SUFFIXES[0]}").touch()
    metadata = folder / f"{name}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (metadata / "RECORD").write_text(f"{name}/__init__.py,,\n{metadata.name}/METADATA,,\n")


def requires(folder: Path, name: str, *lines: str) -> None:
    """Add requirements to the package's metadata."""
    with (folder / f"{name}-1.0.dist-info" / "METADATA").open("a") as file:
        file.writelines(f"Requires-Dist: {line}\n" for line in lines)


@contextmanager
def entered(space: ModuleSpace) -> Iterator[None]:
    """The handler of the environment runs in the body."""
    space.enter()
    importlib.invalidate_caches()
    try:
        yield
    finally:
        space.leave()


def cold_start(folders: Sequence[Path], *names: str, handler: str = "app.handler") -> list[Any]:
    """The modules that a new environment imports."""
    with entered(ModuleSpace(folders, handler)):
        return [_imported(name) for name in names]


def _imported(name: str) -> Any:
    __import__(name)
    return sys.modules[name]


def test_pure_modules_are_imported_again(tmp_path: Path) -> None:
    """For each environment: none sees what another has put into a module."""
    package(tmp_path, "pure", "count = []")
    (tmp_path / "app.py").write_text("import pure\npure.count.append(1)\n")
    counts = [cold_start([tmp_path], "app", "pure")[1].count for _ in range(2)]
    assert counts == [[1], [1]]
    assert not {"app", "pure"} & sys.modules.keys()


def test_a_compiled_package_is_imported_once(tmp_path: Path) -> None:
    """Also one that refuses a second import; its submodules are found, and the handler is fresh."""
    package(tmp_path, "numbers_", ONCE.format(mark=f"_{tmp_path}"), compiled=True)
    (tmp_path / "numbers_" / "sub.py").write_text("values = []")
    (tmp_path / "app.py").write_text(
        "import numbers_.sub\nfrom numbers_ import Number\nnumbers_.sub.values.append(Number)\n"
    )
    first, second = (cold_start([tmp_path], "app", "numbers_", "numbers_.sub") for _ in range(2))
    assert first[0] is not second[0]
    assert (first[1], first[2]) == (second[1], second[2])
    assert second[2].values == [first[1].Number] * 2
    assert second[1].__spec__.origin == str(tmp_path / "numbers_" / "__init__.py")
    assert "numbers_" not in sys.modules
    assert not any(isinstance(finder, ModuleSpace) for finder in sys.meta_path)


def test_a_module_that_was_not_imported_is_not_there(tmp_path: Path) -> None:
    """An environment does not have the shared modules that only another one has imported."""
    package(tmp_path, "numbers_", compiled=True)
    cold_start([tmp_path], "numbers_")
    with entered(ModuleSpace([tmp_path], "app.handler")):
        assert "numbers_" not in sys.modules


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_a_module_is_shared_only_when_it_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_cancelled: bool
) -> None:
    """A handler may wait for an AWS call in the middle of an import, and be cancelled there."""
    package(tmp_path, "numbers_", "import sys\nsys.call()\nvalue = 1", compiled=True)
    space, shared = ModuleSpace([tmp_path], "app.handler"), []

    def call() -> None:
        space.leave()
        shared.append("numbers_" in LOADED[str(tmp_path)])
        space.enter()
        if is_cancelled:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "call", call, raising=False)
    with entered(space), suppress(KeyboardInterrupt):
        first = _imported("numbers_")
    shared.append("numbers_" in LOADED[str(tmp_path)])
    assert shared == [False, not is_cancelled]
    monkeypatch.setattr(sys, "call", lambda: None)
    (second,) = cold_start([tmp_path], "numbers_")
    assert second.value == 1
    assert is_cancelled or second is first


def test_what_a_compiled_package_requires_is_shared(tmp_path: Path) -> None:
    """So that both have the same classes; an optional requirement is not."""
    for name in ("dates", "zones", "extra", "other"):
        package(tmp_path, name, "class Zone: pass")
    package(tmp_path, "frames", "from dates import Zone", compiled=True)
    requires(tmp_path, "frames", "Dates>=1", 'extra>1; extra == "x"', "missing")
    requires(tmp_path, "dates", "zones (<2)")
    names = ("frames", "dates", "zones", "extra", "other")
    first, second = (cold_start([tmp_path], *names) for _ in range(2))
    same = [one is other for one, other in zip(first, second, strict=True)]
    assert same == [True, True, True, False, False]
    assert second[0].Zone is second[1].Zone


def test_each_function_has_its_own_version(tmp_path: Path) -> None:
    """Two that refuse a second import are two packages, if they are in two folders."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, version in ((one, "1.0"), (other, "2.0")):
        code = ONCE.format(mark=f"_{folder}") + f"version = {version!r}"
        package(folder, "numbers_", code, compiled=True, version=version)
    found = [cold_start([folder], "numbers_")[0].version for folder in (one, other, one)]
    assert found == ["1.0", "2.0", "1.0"]


def test_functions_with_the_same_layer_share_its_packages(tmp_path: Path) -> None:
    """Their own code comes first; a requirement of another version beside it is refused by name."""
    layer = tmp_path / "layer"
    package(layer, "frames", ONCE.format(mark=f"_{layer}"), compiled=True)
    requires(layer, "frames", "dates")
    codes = [tmp_path / name for name in ("a", "b", "c")]
    for code, version in zip(codes, ("1.0", "1.0", "1.1"), strict=True):
        package(code, "dates", version=version)
    a, b = (cold_start([code, layer], "frames")[0] for code in codes[:2])
    assert a is b
    with pytest.raises(UsageError) as refused:
        ModuleSpace([codes[2], layer], "app.handler")
    assert refused.value.expected == (
        "functions that share a layer with frames to have one version of dates"
    )
    assert refused.value.found == "1.1 in one, and 1.0 in another"


def test_a_compiled_module_of_the_handler_is_shared_alone(tmp_path: Path) -> None:
    """The package that it is in is the handler's, and is imported again."""
    (tmp_path / "own").mkdir()
    compiled = Path(psutil._psutil_linux.__file__)  # noqa: SLF001 - any compiled module will do
    shutil.copy(compiled, tmp_path / "own" / compiled.name)
    (tmp_path / "own" / "__init__.py").write_text("import own._psutil_linux\n")
    (tmp_path / "own" / "app.py").write_text("import own\nfast = own._psutil_linux\n")
    first, second = (
        cold_start([tmp_path], "own.app", "own", handler="own/app.handler") for _ in range(2)
    )
    assert first[0].fast is second[0].fast
    assert first[0].fast is not sys.modules["psutil._psutil_linux"]
    assert first[1] is not second[1]


@pytest.mark.parametrize("name", ["boto3", "botocore", "s3transfer"])
def test_the_sdk_is_that_of_the_process(tmp_path: Path, name: str) -> None:
    """Also if the function's package has one: its calls could not be answered."""
    package(tmp_path, name, "version = 'own'")
    (module,) = cold_start([tmp_path], name)
    assert module is sys.modules[name]
    assert not hasattr(module, "version")
