"""The SDK's service descriptions, parsed once in a process.

Parsing them takes ten times as long as creating a client, and each SDK session parses them again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore
from botocore.loaders import JSONFileLoader, Loader, create_loader
from botocore.model import ServiceModel

from wavetank.aws.patches import LIST_AVAILABLE_SERVICES, LOAD_FILE
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import nearest_of

SDK_FOLDERS = tuple(f"{Path(package.__path__[0]) / 'data'}/" for package in (boto3, botocore))
MODEL_TYPE = "service-2"
"""The type of file that describes operations and shapes, as opposed to paginators and waiters."""


@cache
def shared_loader() -> Loader:
    """The loader of all sessions that this package creates."""
    loader: Loader = create_loader()
    loader.search_paths.append(str(Path(boto3.__file__).parent / "data"))
    return loader


@cache
def service_model(service: str) -> Any:
    """The SDK's description of the service with the name that `boto3.client` takes.

    Raises:
        UsageError: there is no such service.
    """
    loader = shared_loader()
    known = loader.list_available_services(MODEL_TYPE)
    if service not in known:
        expected = "the name of a service, as boto3.client takes it"
        raise UsageError(expected, *nearest_of(service, known, "see boto3's documentation"))
    return ServiceModel(loader.load_service_model(service, MODEL_TYPE), service_name=service)


def find_operation(service: str, operation: str) -> Any:
    """The SDK's description of the operation, named as in the API reference, such as `PutItem`.

    Raises:
        UsageError: there is no such service, or it has no such operation.
    """
    model = service_model(service)
    if operation not in model.operation_names:
        expected = f"an operation of {service}, as its API reference names it"
        action = "see boto3's documentation"
        raise UsageError(expected, *nearest_of(operation, model.operation_names, action))
    return model.operation_model(operation)


def check_calls(calls: Iterable[str]) -> None:
    """Return if each call, such as `dynamodb:PutItem`, is an operation of the SDK.

    Raises:
        UsageError: one is not.
    """
    for call in calls:
        service, _, operation = call.partition(":")
        find_operation(service, operation)


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
