"""Finds a log group by its identifier, so that the group used is the one that was checked.

moto returns its last group for any identifier.
[CloudWatch Logs API reference, GetLogEvents: the name or ARN of the log group; moto:
logs/models.py, _find_log_group]
"""

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException

from wavetank.emulator.patches import patch_of

ARN_PREFIX = "arn:"
LOG_GROUP = ":log-group:"


def find_log_groups_by_identifier() -> None:
    """Make moto find a group by its name, its ARN, or its ARN with the asterisk of all streams."""
    patch = patch_of("moto.logs.models:LogsBackend._find_log_group")
    stock = patch.original()

    def find(
        backend: Any, log_group_id: str | None = None, log_group_name: str | None = None
    ) -> Any:
        if log_group_name or not log_group_id:
            return stock(backend, log_group_id, log_group_name)
        name = log_group_id
        if name.startswith(ARN_PREFIX):
            name = name.partition(LOG_GROUP)[2].removesuffix(":*")
        found = backend.groups.get(name)
        is_other = log_group_id.startswith(ARN_PREFIX) and (
            found is None or found.arn.removesuffix(":*") != log_group_id.removesuffix(":*")
        )
        if found is None or is_other:
            raise ResourceNotFoundException
        return found

    patch.apply(find)
