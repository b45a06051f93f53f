"""Creates, updates or deletes one resource, by LocalStack's provider or Wavetank's functions.

[LocalStack 4.14: services/cloudformation/resource_provider.py]
"""

import copy
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localstack.constants import INTERNAL_AWS_SECRET_ACCESS_KEY
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import MOCKED_REFERENCE
from localstack.services.cloudformation.engine.v2.unsupported_resource import (
    should_ignore_unsupported_resource_type,
)
from localstack.services.cloudformation.provider_utils import generate_default_name
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceProviderExecutor,
    ResourceRequest,
    convert_payload,
)
from localstack.services.cloudformation.v2.entities import Stack

from wavetank.emulator.cloudformation.existing import (
    can_be_looked_up,
    existing_name,
    is_already_exists,
    is_missing,
)
from wavetank.emulator.cloudformation.ownership import OwnedResource
from wavetank.emulator.cloudformation.replacement import changed_properties
from wavetank.emulator.cloudformation.updates import (
    UpdateCall,
    complete_creation,
    delete_by_type,
    name_to_generate,
    update_in_place,
)

LOG = logging.getLogger(__name__)
ADD, MODIFY, REMOVE = "Add", "Modify", "Remove"
POLL_SECONDS = 0.05
"""Seconds between two polls of a slow action, such as creating a function; LocalStack takes 1."""
UNKNOWN_REASON = "the service gave no reason"


@dataclass(frozen=True, kw_only=True)
class ActionOutcome:
    """The result of creating, updating or deleting a resource; `reason` is None on success.

    `is_made` says that a new resource exists now, even if the creation failed afterwards;
    `existing` is the name of a resource that existed before. `reached` has the properties of the
    template as a failed update has left them.
    """

    model: Mapping[str, Any]
    physical_id: str | None = None
    reason: str | None = None
    is_made: bool = False
    existing: str | None = None
    reached: Mapping[str, Any] | None = None


class ResourceActions:
    """Creates, updates and deletes the resources of one stack."""

    def __init__(self, stack: Stack, change_set_type: Any = None) -> None:
        self._stack = stack
        self._change_set_type = change_set_type
        self._executor = ResourceProviderExecutor(
            stack_name=stack.stack_name, stack_id=stack.stack_id
        )

    def schema(self, resource_type: str) -> Mapping[str, Any]:
        """The type's schema; empty if LocalStack does not know the type."""
        provider = self._executor.try_load_resource_provider(resource_type)
        return {} if provider is None else provider.SCHEMA

    def create(self, name: str, resource_type: str, properties: Mapping[str, Any]) -> ActionOutcome:
        """Create the resource, unless one with its name exists."""
        provider = self._executor.try_load_resource_provider(resource_type)
        if provider is None:
            return self._unsupported(resource_type)
        named = self._with_name(name, resource_type, properties)
        payload = self._payload(ADD, name, resource_type, named, None)
        request = self._request(payload)
        recorder = _Recorder(provider)
        try:
            if (existing := existing_name(request, properties)) is not None:
                taken = _already_exists_reason(resource_type, existing)
                return ActionOutcome(model={}, reason=taken, existing=existing)
            event = self._until_done(recorder, payload)
            if event.status == OperationStatus.SUCCESS:
                recorder.model = event.resource_model or {}
                call = self._call(provider, request, recorder.model, {}, properties)
                complete_creation(resource_type, call)
                recorder.model = {**recorder.model, **call.attributes}
                return ActionOutcome(
                    model=recorder.model,
                    physical_id=self._physical_id(provider, resource_type, recorder.model),
                    is_made=True,
                )
            failure = _reason_of(event)
        except Exception as raised:  # noqa: BLE001 - whatever a provider raises is its reason
            failure = str(raised), raised
        reason, error = failure
        LOG.info("CloudFormation could not create %s (%s): %s", name, resource_type, reason)
        return self._failed_creation(provider, request, recorder.model, reason, error)

    def _until_done(self, provider: Any, payload: Any) -> Any:
        """Poll the provider until it has finished or failed."""
        return self._executor.deploy_loop(provider, {}, payload, sleep_time=POLL_SECONDS)

    def update(
        self, name: str, resource_type: str, former: Mapping[str, Any], desired: Mapping[str, Any]
    ) -> ActionOutcome:
        """Change the resource in place; `former` is LocalStack's model of it."""
        model, physical_id = former.get("Properties") or {}, former["PhysicalResourceId"]
        previous = former.get("SpecifiedProperties") or {}
        provider = self._executor.try_load_resource_provider(resource_type)
        if provider is None:
            return ActionOutcome(model={}, physical_id=physical_id)
        payload = self._payload(MODIFY, name, resource_type, desired, model)
        call = self._call(provider, self._request(payload), model, previous, desired)
        try:
            update_in_place(resource_type, call)
        except Exception as error:  # noqa: BLE001 - as above
            LOG.info("CloudFormation could not update %s (%s): %s", name, resource_type, error)
            return ActionOutcome(
                model=model, physical_id=physical_id, reason=str(error), reached=call.reached()
            )
        kept = {key: value for key, value in model.items() if key not in previous}
        return ActionOutcome(model={**kept, **desired, **call.attributes}, physical_id=physical_id)

    def delete(self, resource: OwnedResource) -> str | None:
        """Delete the resource; returns the reason if that failed, None if it is deleted."""
        resource_type = resource.resource_type
        provider = self._executor.try_load_resource_provider(resource_type)
        if provider is None:
            return None
        model = dict(resource.model)
        payload = self._payload(REMOVE, resource.logical_id, resource_type, model, model)
        call = self._call(provider, self._request(payload), model, model, {})
        try:
            if delete_by_type(resource_type, call):
                return None
            failure = _reason_of(self._until_done(provider, payload))
        except Exception as raised:  # noqa: BLE001 - as above
            failure = str(raised), raised
        reason, error = failure
        if error is not None and is_missing(error):
            return None
        if isinstance(error, KeyError) and not resource.complete:
            return None  # Without an id there is nothing to delete: the service never created it.
        return reason

    def _with_name(
        self, logical_id: str, resource_type: str, properties: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The properties with a generated name, for types whose provider does not generate one."""
        key = name_to_generate(resource_type)
        if key is None or properties.get(key):
            return properties
        return {**properties, key: generate_default_name(self._stack.stack_name, logical_id)}

    def _failed_creation(
        self,
        provider: ResourceProvider[Any],
        request: ResourceRequest[Any],
        model: Mapping[str, Any],
        reason: str | None,
        error: object,
    ) -> ActionOutcome:
        """Report what was created before the failure, so that the rollback deletes exactly that."""
        reason = reason or UNKNOWN_REASON
        if is_already_exists(error) or not model:
            return ActionOutcome(model={}, reason=reason)
        physical_id = self._physical_id(provider, request.resource_type, model)
        if can_be_looked_up(request.resource_type):
            name = existing_name(request, model)
            physical_id = physical_id or name
            is_made = name is not None
        else:
            is_made = physical_id is not None
        return ActionOutcome(model=model, physical_id=physical_id, reason=reason, is_made=is_made)

    def _unsupported(self, resource_type: str) -> ActionOutcome:
        kind = self._change_set_type
        if should_ignore_unsupported_resource_type(
            resource_type=resource_type, change_set_type=kind
        ):
            return ActionOutcome(model={}, physical_id=MOCKED_REFERENCE, is_made=True)
        return ActionOutcome(model={}, reason=f"Resource type {resource_type} not supported")

    def _physical_id(
        self, provider: ResourceProvider[Any], resource_type: str, model: Mapping[str, Any]
    ) -> str | None:
        try:
            found = self._executor.extract_physical_resource_id_from_model_with_schema(
                dict(model), resource_type, provider.SCHEMA
            )
        except (AttributeError, KeyError, TypeError):
            return None  # After a failure the model may lack a part of the id.
        return found if isinstance(found, str) else None

    def _call(
        self,
        provider: ResourceProvider[Any],
        request: ResourceRequest[Any],
        model: Mapping[str, Any],
        previous: Mapping[str, Any],
        desired: Mapping[str, Any],
    ) -> UpdateCall:
        return UpdateCall(
            provider=provider,
            request=request,
            model=model,
            previous=previous,
            desired=desired,
            changed=changed_properties(previous, desired),
        )

    def _request(self, payload: Any) -> ResourceRequest[Any]:
        stack = self._stack
        return convert_payload(stack.stack_name, stack.stack_id, copy.deepcopy(payload))

    def _payload(
        self,
        action: str,
        name: str,
        resource_type: str,
        properties: Mapping[str, Any],
        previous: Mapping[str, Any] | None,
    ) -> Any:
        credentials = {
            "accessKeyId": self._stack.account_id,
            "secretAccessKey": INTERNAL_AWS_SECRET_ACCESS_KEY,
            "sessionToken": "",
        }
        return {
            "awsAccountId": self._stack.account_id,
            "callbackContext": {},
            "stackId": self._stack.stack_name,
            "resourceType": resource_type,
            "resourceTypeVersion": "000000",
            "bearerToken": str(uuid.uuid4()),
            "region": self._stack.region_name,
            "action": action,
            "requestData": {
                "logicalResourceId": name,
                "resourceProperties": properties,
                "previousResourceProperties": previous,
                "callerCredentials": credentials,
                "providerCredentials": credentials,
                "systemTags": {},
                "previousSystemTags": {},
                "stackTags": {},
                "previousStackTags": {},
            },
        }


class _Recorder:
    """A provider that exposes the model of a creation that failed half-way."""

    def __init__(self, provider: ResourceProvider[Any]) -> None:
        self._provider = provider
        self.SCHEMA = provider.SCHEMA
        self.model: Mapping[str, Any] = {}

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Create, keeping a reference to the model that the provider completes step by step."""
        self.model = request.desired_state
        return self._provider.create(request)


def _reason_of(event: ProgressEvent[Any]) -> tuple[str | None, Exception | None]:
    """The service's message of a failure, and the service's error if there is one."""
    if event.status == OperationStatus.SUCCESS:
        return None, None
    error = event.custom_context.get("exception")
    return (str(error) if error else event.message or UNKNOWN_REASON), error


def _already_exists_reason(resource_type: str, name: str) -> str:
    if resource_type == "AWS::S3::Bucket":
        return f"{name} already exists"
    return f"Resource of type '{resource_type}' with identifier '{name}' already exists."
