"""The assignment's script, filled in: what somebody hands over with `--handler`.

Names as constants, clients made at each invocation, a scan, five puts, and only then the batch.
"""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from random import random

import boto3
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

TABLE_NAME = "DEDOREXP-streaming-dynamodb"
STREAM_NAME = "dedorexp-deliverystream"
VOLATILITY = 0.01


def seconds_from_now(seconds):
    """The time that a sample is stamped with."""
    return datetime.now() + timedelta(seconds=seconds)


def next_price(price, volatility):
    """Another price, at most so far from this one."""
    change = 2 * volatility * random()
    if change > volatility:
        change -= 2 * volatility
    return price + price * change


def read_indices(table):
    """Ticker and price of each index in the table."""
    found = table.scan(FilterExpression=Attr("TickerName").contains("Index_"))["Items"]
    return [(item["TickerName"], float(item["Price"])) for item in found]


def lambda_handler(event, context):
    """A minute's samples, each made from the price in the table."""
    table = boto3.resource("dynamodb").Table(TABLE_NAME)
    firehose = boto3.client("firehose")
    indices = read_indices(table)
    batch, last = [], {}
    for seconds in (0, 15, 30, 45):
        for number in range(5):
            ticker, price = indices[number]
            last[ticker] = next_price(price, VOLATILITY)
            time = seconds_from_now(seconds)
            text = f"{{ticker : {ticker}, timestamp : {time}, price : {last[ticker]}}}"
            batch.append({"Data": text})
    for ticker, price in last.items():
        table.put_item(Item={"TickerName": ticker, "Price": Decimal(str(price))})
    try:
        firehose.put_record_batch(DeliveryStreamName=STREAM_NAME, Records=batch)
    except ClientError as error:
        logging.error(error)
        exit(1)
