"""In-place updates of resources, property by property, for common resource types.

LocalStack implements updates for a fifth of its resource types, and several of these ignore some
properties. Here each property of a type has a function that sets it through the service's own API,
and resets it to its default if the template no longer has it. A change of a property without one is
refused and names the property. The same functions complete the creation of resources whose
providers omit properties.
"""

from wavetank.emulator.cloudformation.updates.call import UpdateCall
from wavetank.emulator.cloudformation.updates.dispatch import (
    can_be_tagged,
    complete_creation,
    delete_by_type,
    name_to_generate,
    update_in_place,
)

__all__ = [
    "UpdateCall",
    "can_be_tagged",
    "complete_creation",
    "delete_by_type",
    "name_to_generate",
    "update_in_place",
]
