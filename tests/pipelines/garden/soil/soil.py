"""What the layer knows of soil."""

DRY_LITRES = 8


def is_dry(litres: int) -> bool:
    """Whether a bed with this much water needs more."""
    return litres < DRY_LITRES
