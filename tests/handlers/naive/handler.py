"""The counter-example: the original script's order of calls, with nothing to guard it.

Read, write the prices back one by one, then put the batch and look at nothing. It works on a calm
day. The suite shows which guarantees it breaks, and under which fault.
"""

import os
import random
from datetime import datetime, timedelta
from decimal import Decimal

import boto3

VOLATILITY = 0.01


def price_generator(old_price, volatility):
    """A change uniform on (-volatility, +volatility]."""
    change = 2 * volatility * random.random()
    if change > volatility:
        change -= 2 * volatility
    return old_price + old_price * change


def lambda_handler(event, context):
    """One tick: four samples of each index, all from the price in the table."""
    table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
    firehose = boto3.client("firehose")
    start = datetime.fromisoformat(event["time"])
    indices = table.scan()["Items"]
    batch, last = [], {}
    for offset in (0, 15, 30, 45):
        instant = start + timedelta(seconds=offset)
        for index in indices:
            ticker = index["TickerName"]
            last[ticker] = price_generator(float(index["Price"]), VOLATILITY)
            line = f'{{"ticker":"{ticker}","timestamp":"{instant:%Y-%m-%dT%H:%M:%SZ}","price":{last[ticker]}}}\n'
            batch.append({"Data": line.encode()})
    for ticker, price in last.items():
        table.put_item(Item={"TickerName": ticker, "Price": Decimal(str(price))})
    firehose.put_record_batch(DeliveryStreamName=os.environ["DELIVERY_STREAM_NAME"], Records=batch)
    return {"records": len(batch)}
