"""Chooses the DynamoDB provider before any service is loaded.

DynamoDB Local, which LocalStack ships in its published image, where its jar is there; else ours,
which needs no Java. WAVETANK_DYNAMODB=localstack or wavetank forces one.
"""

from wavetank.emulator.dynamodb import choose_provider

choose_provider()
