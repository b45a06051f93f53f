"""Chooses the DynamoDB provider before any service is loaded.

Ours, or with WAVETANK_DYNAMODB=localstack DynamoDB Local, which LocalStack ships in its published
image and which needs Java.
"""

from wavetank.emulator.dynamodb import choose_provider

choose_provider()
