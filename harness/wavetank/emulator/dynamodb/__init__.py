"""DynamoDB without Java, answered by the moto backend that LocalStack ships with.

Every answer is moto's; tests compare the two. The replacements are for moto's slowest parts.
"""

from wavetank.emulator.dynamodb.provider import choose_provider, wavetank_dynamodb

__all__ = ["choose_provider", "wavetank_dynamodb"]
