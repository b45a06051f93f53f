"""E-mail subscriptions in LocalStack's own store.

[LocalStack 4.14: services/sns/models.py]
"""

from localstack.services.sns.models import sns_stores


def set_confirmed(subscription: str, *, confirmed: bool) -> None:
    """The subscription of the ARN has confirmed, or has not.

    Raises:
        LookupError: there is no such subscription.
    """
    _, _, _, region, account = subscription.split(":")[:5]
    found = sns_stores[account][region].subscriptions.get(subscription)
    if found is None:
        raise LookupError(f"there is no subscription {subscription}")
    found["PendingConfirmation"] = "false" if confirmed else "true"
