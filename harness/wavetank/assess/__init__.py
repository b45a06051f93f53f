"""Many people's pipelines, looked at from outside: what a reviewer in another account can see.

people      the list: a line each
convention  whose bucket must have which name
looking     one pipeline, from its name to its findings
bucket      whether it is there, and where
access      what others can do with it, by trying
listing     its newest objects, in few requests
contents    what is in them, within limits
walk        prices and tickers
coverage    minutes
mail        alerts in an export of a mailbox
patience    how long one may take
crowd       hundreds at a time
report      rows as a CSV, and as values

Nothing here trusts a bucket: how many requests, objects and bytes it may cost is bounded.
"""
