"""Changes of resources in place, property by property, for the types that people deploy.

LocalStack has an update for a fifth of its resource types, and several of these pass over some
properties. Here each property of a type has a function that sets it through the service's own API,
and sets it back to its default where the template no longer has it. A change that has none fails
by name. The same functions complete the creation of resources whose providers leave properties out.
"""

from wavetank.emulator.cloudformation.updates.applying import (
    can_be_tagged,
    complete_creation,
    delete_by_type,
    name_to_generate,
    update_in_place,
)
from wavetank.emulator.cloudformation.updates.call import UpdateCall

__all__ = [
    "UpdateCall",
    "can_be_tagged",
    "complete_creation",
    "delete_by_type",
    "name_to_generate",
    "update_in_place",
]
