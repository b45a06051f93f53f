"""Which messages a subscription's filter policy selects, by their attributes or by their body.

LocalStack compares numbers in attributes as text, and fails at values of other types.
[Amazon SNS developer guide, sns-subscription-filter-policies, string-value-matching,
numeric-value-matching, attribute-key-matching; LocalStack 4.14: services/sns/filter.py]
"""

import json
from collections.abc import Mapping
from typing import Any

from localstack.services.sns.filter import SubscriptionFilter

from wavetank.emulator.event_patterns import ABSENT, matches_document, matches_value

ARRAY = "String.Array"


class EmulatedSubscriptionFilter(SubscriptionFilter):
    """Decides which messages a subscription's filter policy selects, in place of LocalStack."""

    def check_filter_policy_on_message_attributes(
        self, filter_policy: Mapping[str, Any], message_attributes: Mapping[str, Any]
    ) -> bool:
        """Whether each key of the policy accepts the attribute of that name."""
        alternatives = self.flatten_policy(dict(filter_policy))
        return any(
            all(
                _accepts(conditions, message_attributes.get(name))
                for name, conditions in policy.items()
            )
            for policy in alternatives
        )

    def check_filter_policy_on_message_body(
        self, filter_policy: Mapping[str, Any], message_body: str
    ) -> bool:
        """Whether the body is a JSON object that the policy accepts."""
        try:
            body = json.loads(message_body)
        except ValueError:
            return False
        return isinstance(body, dict) and matches_document(filter_policy, body)


def _accepts(conditions: Any, attribute: Mapping[str, Any] | None) -> bool:
    listed = conditions if isinstance(conditions, list) else [conditions]
    return any(matches_value(each, value) for value in _values(attribute) for each in listed)


def _values(attribute: Mapping[str, Any] | None) -> list[Any]:
    """The values of an attribute as JSON: of an array each one, of a number its value."""
    if attribute is None:
        return [ABSENT]
    kind = str(attribute.get("DataType") or attribute.get("Type"))
    text = attribute.get("StringValue", attribute.get("Value"))
    if not kind.startswith(("Number", ARRAY)):
        return [text]
    try:
        found = json.loads(str(text))
    except ValueError:
        return [text]
    return found if isinstance(found, list) else [found]
