"""Reads items from moto, and reduces its responses to the requested parts."""

from collections.abc import Mapping
from typing import Any

from wavetank.emulator.dynamodb.projections import (
    ATTRIBUTES,
    PROJECTION,
    project,
    projected_paths,
    without_projection,
)


def _projects(parameters: Mapping[str, Any]) -> bool:
    return PROJECTION in parameters or ATTRIBUTES in parameters


def whole_items(operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """The request for whole items; the same object if it does not project."""
    match operation:
        case "GetItem" | "Query" | "Scan" if _projects(request):
            return without_projection(request)
        case "BatchGetItem" if any(map(_projects, request["RequestItems"].values())):
            tables = request["RequestItems"]
            return request | {
                "RequestItems": {name: without_projection(part) for name, part in tables.items()}
            }
        case "TransactGetItems":
            gets = [{"Get": without_projection(each["Get"])} for each in request["TransactItems"]]
            return request | {"TransactItems": gets}
    return request


def projected_answer(operation: str, request: dict[str, Any], answer: dict[str, Any]) -> None:
    """Reduce the items of the answer to what the request asks for."""
    match operation:
        case "GetItem" if "Item" in answer:
            answer["Item"] = project(answer["Item"], projected_paths(request))
        case "Query" | "Scan" if "Items" in answer and _projects(request):
            paths = projected_paths(request)
            answer["Items"] = [project(item, paths) for item in answer["Items"]]
        case "BatchGetItem":
            for table, items in answer["Responses"].items():
                paths = projected_paths(request["RequestItems"][table])
                answer["Responses"][table] = [project(item, paths) for item in items]
        case "TransactGetItems":
            for get, response in zip(request["TransactItems"], answer["Responses"], strict=True):
                if "Item" in response:
                    response["Item"] = project(response["Item"], projected_paths(get["Get"]))
