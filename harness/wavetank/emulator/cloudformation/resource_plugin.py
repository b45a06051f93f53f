"""The plug-in by which LocalStack finds the provider of a resource type that it does not have.

Each is an entry point of the group `localstack.cloudformation.resource_providers`.
"""

from typing import Any, ClassVar

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
)


class ResourceTypePlugin(CloudFormationResourceProviderPlugin):
    """Loads `RESOURCE`, the provider of the type `name`."""

    RESOURCE: ClassVar[type[Any]]

    def __init__(self) -> None:
        self.factory: Any = None

    def load(self, *_: Any, **__: Any) -> None:
        """Set the class of the provider."""
        self.factory = self.RESOURCE
