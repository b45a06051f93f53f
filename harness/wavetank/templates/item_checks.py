"""Checks a file of first items by the keys of the templates' tables; errors have lines."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.suggestions import nearest, one_of
from wavetank.core.text import file_position
from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.document import Keys, line_numbers
from wavetank.templates.problems import TemplateResource
from wavetank.templates.table_items import Item

WRITTEN_AS = {"S": "text in quotation marks", "N": "number without quotation marks"}
"""How the types of keys are written in JSON; that of bytes cannot be."""


def check_items(
    file: Path, items: Mapping[str, Iterable[Item]], tables: Mapping[str, TemplateResource]
) -> None:
    """Returns if every item is of a table of the templates and has that table's keys.

    Raises:
        UsageError: one is not; the message has its line.
    """
    for table, each_item in items.items():
        if table not in tables:
            expected, found, action = one_of("tables of the templates, some of", table, tables)
            sentence = f"{_position(file, (table,))}: no table {found} in the templates"
            raise UsageError(expected, found, action, sentence=sentence)
        for number, item in enumerate(each_item):
            for name, kind in _keys(tables[table]):
                _check_key(file, (table, number), item, name, kind)


def _keys(table: TemplateResource) -> Iterator[tuple[str, str]]:
    """Name and type of each key attribute, as far as the template determines them."""
    value, properties = table.scope.value, table.properties
    types = {
        value(as_table(each).get("AttributeName")): value(as_table(each).get("AttributeType"))
        for each in as_list(properties.get("AttributeDefinitions"))
    }
    for each in as_list(properties.get("KeySchema")):
        name = value(as_table(each).get("AttributeName"))
        kind = types.get(name)
        if isinstance(name, str) and isinstance(kind, str):
            yield name, kind


def _check_key(file: Path, keys: Keys, item: Item, name: str, kind: str) -> None:
    (table, number), written_as = keys, WRITTEN_AS.get(kind, "type that JSON does not have")
    expected = f"key {name!r} of table {table}, a {written_as}"
    if name not in item:
        near = nearest(name, item)
        position = _position(file, (*keys, near) if near else keys)
        action = f"write {name} instead of {near}" if near else f"write it, a {written_as}"
        sentence = f"{position}: {table}: no key {name!r} in the item"
        raise UsageError(expected, f"item {number} without it", action, sentence=sentence)
    ((given, content),) = item[name].items()
    if given != kind:
        shown = json.dumps(content)
        sentence = f"{_position(file, (*keys, name))}: {table}: key {name!r} is {shown}"
        raise UsageError(expected, shown, f"write a {written_as}", sentence=sentence)


def _position(file: Path, keys: Keys) -> str:
    lines = line_numbers(file.read_text(encoding="utf-8"))
    return file_position(file, lines.get(keys, 1))
