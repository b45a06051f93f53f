"""Calls of DynamoDB, mostly right: expressions of every form, on two tables, one of them ranged."""

import re
from typing import Any

from hypothesis import strategies as st

FLAT: dict[str, Any] = {
    "TableName": "flat",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
RANGED: dict[str, Any] = {
    "TableName": "ranged",
    "KeySchema": [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "at", "AttributeType": "N"},
        {"AttributeName": "tally", "AttributeType": "N"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-tally",
            "KeySchema": [{"AttributeName": "tally", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
ALIASES = {"#a": "a", "#t": "tally", "#size": "size", "#id": "id"}
ATTRIBUTES = ["a", "b", "tally", "many", "deep", "#a", "#t", "#size"]
PLACEHOLDER = re.compile(r"[:#][a-z]+")


def _mostly[T](usual: st.SearchStrategy[T], odd: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """The odd one in one case of twelve."""
    return st.integers(0, 11).flatmap(lambda lot: odd if lot == 11 else usual)


numbers = st.sampled_from(["0", "1", "-2", "1.50", "100.1234567", "9" * 20, "0.1", "1e3"])
number = numbers.map(lambda text: {"N": text})
text = st.sampled_from(["", "x", "2026-11-24T10:00:00Z", "é" * 9]).map(lambda text: {"S": text})
scalar = st.one_of(
    number,
    text,
    st.sampled_from([{"BOOL": True}, {"NULL": True}, {"B": "eA=="}, {"SS": ["p", "q"]}]),
)
attribute = st.recursive(
    scalar,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: {"L": parts})
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(lambda parts: {"M": parts})
    ),
    max_leaves=6,
)
many = st.lists(attribute, max_size=2).map(lambda parts: {"L": parts})
deep = st.dictionaries(st.sampled_from("abc"), attribute, max_size=3).map(lambda m: {"M": m})
contents = st.fixed_dictionaries(
    {},
    optional={"a": attribute, "b": scalar, "tally": number, "many": many, "deep": deep},
)
values = st.fixed_dictionaries(
    {
        ":n": number,
        ":s": text,
        ":l": many,
        ":m": deep,
        ":set": st.just({"SS": ["q", "r"]}),
        ":any": attribute,
    }
)
value_names = st.sampled_from([":n", ":n", ":s", ":l", ":m", ":set", ":any"])
attributes = st.sampled_from(ATTRIBUTES)
odd_paths = st.sampled_from(["deep.a", "deep.#a", "many[0]", "deep.b.c", "id", "#id", "size"])
paths = _mostly(attributes, odd_paths)
operands = paths | value_names
assigned = st.one_of(
    operands,
    st.builds("{} {} {}".format, operands, st.sampled_from("+-"), operands),
    st.builds("if_not_exists({0}, {1}) + {1}".format, paths, value_names),
    st.builds("if_not_exists({}, {})".format, paths, operands),
    st.builds("list_append({}, {})".format, operands, operands),
    st.builds("list_append(if_not_exists({}, :l), :l)".format, paths),
)
sets = st.lists(st.builds("{} = {}".format, paths, assigned), min_size=1, max_size=3)
removals = st.lists(paths, min_size=1, max_size=2)
clauses = st.one_of(
    sets.map(lambda parts: "SET " + ", ".join(parts)),
    removals.map(lambda parts: "REMOVE " + ", ".join(parts)),
    st.builds("ADD {} {}".format, paths, value_names),
    st.builds("DELETE {} {}".format, paths, st.just(":set")),
)
several = st.lists(clauses, min_size=1, max_size=2).map(" ".join)
wrong_updates = st.sampled_from(["", "SET", "SET a", "a = :n", "SET a = :n,", "set a=:n"])
updates = _mostly(several, wrong_updates)
tests = st.one_of(
    st.builds("{} {} {}".format, paths, st.sampled_from(["<", "=", "<>", ">="]), operands),
    st.builds("attribute_exists({})".format, paths),
    st.builds("attribute_not_exists({})".format, paths),
    st.builds("attribute_type({}, :s)".format, paths),
    st.builds("begins_with({}, :s)".format, paths),
    st.builds("contains({}, {})".format, paths, value_names),
    st.builds("size({}) > :n".format, paths),
    st.builds("{} BETWEEN :n AND {}".format, paths, value_names),
    st.builds("{} IN (:n, {})".format, operands, value_names),
)
joined = st.recursive(
    tests,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(["AND", "OR"]), inner)
        | inner.map("NOT ({})".format)
        | inner.map("({})".format)
    ),
    max_leaves=3,
)
wrong_conditions = st.sampled_from(["", "a <", "((a = :n)", "a = :n a = :n"])
conditions = _mostly(joined, wrong_conditions)
flat_keys = st.sampled_from(["1", "2"]).map(lambda text: ("flat", {"id": {"S": text}}))
ranged_keys = st.sampled_from(["1", "2"]).map(
    lambda text: ("ranged", {"id": {"S": text}, "at": {"N": text}})
)
wrong_keys = st.sampled_from(
    [("ranged", {"id": {"S": "1"}}), ("flat", {"id": {"S": ""}}), ("none", {"id": {"S": "1"}})]
)
keys = _mostly(flat_keys | ranged_keys, wrong_keys)
spoilers = _mostly(st.just(""), st.sampled_from(["no values", "no names", "a value too many"]))


def _filled(body: dict[str, Any], given: dict[str, Any], spoiler: str) -> dict[str, Any]:
    """With the names and values that its expressions use, unless it is to be spoiled."""
    texts = " ".join(part for name, part in body.items() if name.endswith("Expression"))
    used = set(PLACEHOLDER.findall(texts)) | ({":n"} if spoiler == "a value too many" else set())
    found = {name: value for name, value in given.items() if name in used}
    aliases = {name: alias for name, alias in ALIASES.items() if name in used}
    if found and spoiler != "no values":
        body = body | {"ExpressionAttributeValues": found}
    if aliases and spoiler != "no names":
        body = body | {"ExpressionAttributeNames": aliases}
    return body


def _put(at: Any, content: dict[str, Any]) -> dict[str, Any]:
    return {"TableName": at[0], "Item": content | at[1]}


def _on(at: Any, expression: str | None = None) -> dict[str, Any]:
    found = {"TableName": at[0], "Key": at[1]}
    return found if expression is None else found | {"UpdateExpression": expression}


def _with(part: dict[str, Any], condition: str | None, more: dict[str, str]) -> dict[str, Any]:
    return part | more | ({} if condition is None else {"ConditionExpression": condition})


def _form(part: st.SearchStrategy[dict[str, Any]], *options: dict[str, str]) -> Any:
    """The part, under a condition or none, with one of the options."""
    conditioned = st.builds(_with, part, st.none() | conditions, st.sampled_from(options))
    return st.builds(_filled, conditioned, values, spoilers)


PLAIN: dict[str, str] = {}
OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
RETURNED = [{"ReturnValues": kind} for kind in ("ALL_OLD", "ALL_NEW", "UPDATED_NEW")]
put_parts = st.builds(_put, keys, contents)
key_parts = keys.map(_on)
update_parts = st.builds(_on, keys, updates)
transacted = st.one_of(
    _form(put_parts, PLAIN, OLD).map(lambda part: {"Put": part}),
    _form(update_parts, PLAIN, OLD).map(lambda part: {"Update": part}),
    _form(key_parts, PLAIN, OLD).map(lambda part: {"Delete": part}),
    _form(key_parts, PLAIN, OLD).map(lambda part: {"ConditionCheck": part}),
)
filters = st.builds(
    lambda table, condition: {"TableName": table, "FilterExpression": condition},
    st.sampled_from(["flat", "ranged"]),
    conditions,
)
calls = st.one_of(
    st.tuples(st.just("put_item"), put_parts),
    st.tuples(st.just("put_item"), _form(put_parts, PLAIN, OLD, *RETURNED)),
    st.tuples(st.just("update_item"), _form(update_parts, PLAIN, OLD, *RETURNED)),
    st.tuples(st.just("delete_item"), _form(key_parts, PLAIN, OLD, *RETURNED)),
    st.tuples(
        st.just("transact_write_items"),
        st.lists(transacted, min_size=1, max_size=3).map(lambda items: {"TransactItems": items}),
    ),
    st.tuples(st.just("scan"), st.builds(_filled, filters, values, spoilers)),
    st.tuples(st.just("get_item"), key_parts),
)
"""moto's name of an operation, and what it is asked."""
