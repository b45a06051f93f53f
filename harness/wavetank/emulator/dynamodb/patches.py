"""What is put in the place of moto's slowest and wrong parts, and can be taken out again.

LocalStack's own way of changing moto; here with a list, so that the tests can compare both.
"""

from dataclasses import dataclass
from typing import Any, cast

from moto.dynamodb import models
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.ast_nodes import Node
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.responses import DynamoHandler

from wavetank.emulator.dynamodb.expressions import find_clauses, make_update, parse_condition
from wavetank.emulator.dynamodb.item_copy import copy_item, copy_value
from wavetank.emulator.dynamodb.sizes import item_size, put_attribute, value_size
from wavetank.emulator.dynamodb.streams import set_stream_specification
from wavetank.emulator.dynamodb.tags import tag_resource
from wavetank.emulator.dynamodb.transaction import transact_write_items
from wavetank.emulator.dynamodb.updates import Executor, Validator
from wavetank.emulator.dynamodb.validation_cache import transact_write_items as ask_of_a_transaction

ABSENT = object()


@dataclass(frozen=True)
class Cure:
    """One name of a module or class of moto's, and what it is to mean."""

    owner: Any
    name: str
    new: Any
    stock: Any

    @property
    def is_applied(self) -> bool:
        """Whether it is ours now."""
        return vars(self.owner).get(self.name) is self.new

    def apply(self) -> None:
        """From now on it is ours."""
        setattr(self.owner, self.name, self.new)

    def undo(self) -> None:
        """From now on it is moto's."""
        if self.stock is not ABSENT:
            setattr(self.owner, self.name, self.stock)
        elif self.is_applied:
            delattr(self.owner, self.name)


def _cure(owner: Any, name: str, new: Any) -> Cure:
    return Cure(owner, name, new, vars(owner).get(name, ABSENT))


CURES = (
    _cure(DynamoType, "__deepcopy__", copy_value),
    _cure(Item, "__deepcopy__", copy_item),
    _cure(DynamoType, "size", value_size),
    _cure(Item, "size", item_size),
    _cure(LimitedSizeDict, "__setitem__", put_attribute),
    _cure(ConditionExpressionParser, "parse", parse_condition),
    _cure(Node, "find_clauses", find_clauses),
    _cure(UpdateExpressionParser, "make", classmethod(cast("Any", make_update))),
    _cure(models, "UpdateExpressionValidator", Validator),
    _cure(models, "UpdateExpressionExecutor", Executor),
    _cure(DynamoHandler, "transact_write_items", ask_of_a_transaction),
    _cure(DynamoDBBackend, "transact_write_items", transact_write_items),
    _cure(DynamoDBBackend, "tag_resource", tag_resource),
    _cure(Table, "set_stream_specification", set_stream_specification),
)


def quicken() -> None:
    """Applies all of them."""
    for cure in CURES:
        cure.apply()
