"""DynamoDB for machines without Java, answered by the moto backend that LocalStack ships with.

provider     what LocalStack loads, and the choice between this and AWS's DynamoDB Local
direct       moto's answer to a call, without a second HTTP request in between
cures        what is put in the place of moto's slowest parts, with the same answers
expressions  condition and update expressions, parsed once for each text
updates      an update expression carried out on one item
forms        what moto asks of a transaction, asked once for each form of its items
transaction  TransactWriteItems that keeps copies of the items it touches, not of tables
copying      a copy of an item

Every answer stays moto's: the tests compare the two.
"""

from wavetank.emulator.dynamodb.provider import choose_provider, wavetank_dynamodb

__all__ = ["choose_provider", "wavetank_dynamodb"]
