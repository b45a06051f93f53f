"""The SDK's service descriptions, parsed once in a process.

Parsing them takes ten times as long as creating a client, and each SDK session parses them again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import boto3
import botocore
from botocore.loaders import JSONFileLoader, Loader, create_loader

from wavetank.aws.patches import LIST_AVAILABLE_SERVICES, LOAD_FILE

SDK_FOLDERS = tuple(f"{Path(package.__path__[0]) / 'data'}/" for package in (boto3, botocore))


@cache
def shared_loader() -> Loader:
    """The loader of all sessions that this package creates."""
    loader: Loader = create_loader()
    loader.search_paths.append(str(Path(boto3.__file__).parent / "data"))
    return loader


@cache
def operation_names(service: str) -> tuple[str, ...]:
    """The operations of a service, which is named as in the SDK."""
    return tuple(sorted(shared_loader().load_service_model(service, "service-2")["operations"]))


@contextmanager
def service_models_parsed_once() -> Iterator[None]:
    """Share the parsed descriptions with sessions of other code while the body runs.

    A handler creates its clients in each cold start, and a simulation has hundreds of those. The
    SDK does not change what it has parsed. Files that are not the SDK's are read each time.
    """
    load, list_available = LOAD_FILE.current(), LIST_AVAILABLE_SERVICES.current()
    parsed: dict[str, object] = {}
    listed: dict[tuple[str, ...], list[str]] = {}

    def load_file(loader: JSONFileLoader, file_path: str) -> object:
        if not file_path.startswith(SDK_FOLDERS):
            return load(loader, file_path)
        if file_path not in parsed:
            parsed[file_path] = load(loader, file_path)
        return parsed[file_path]

    def list_available_services(loader: Loader, type_name: str) -> list[str]:
        key = (type_name, *loader.search_paths)
        if key not in listed:
            listed[key] = list_available(loader, type_name)
        return [*listed[key]]

    with (
        LOAD_FILE.replaced(load_file),
        LIST_AVAILABLE_SERVICES.replaced(list_available_services),
    ):
        yield
