"""Kinesis Data Streams in LocalStack's process, on the moto backend that LocalStack ships with.

LocalStack's own provider downloads and starts a server, which needs Node or Scala.
"""
