"""Amazon SNS: deliveries with retries, and e-mail to confirmed addresses, in a mailbox.

LocalStack sends e-mail to unconfirmed addresses, through its SES and with a fixed subject. Here an
address must confirm first, as on AWS, and each message is stored as it would arrive:

- `messages`: the format of the two kinds of message;
- `subscriptions`: pending subscriptions with their expiry, and sending rates;
- `confirmation`: asks addresses for confirmation, and sends to confirmed ones;
- `mailbox`: the mailbox and its routes;
- `relay`: forwards messages to the user's mail server, if there is one;
- `publishers`: messages for functions, queues and delivery streams, with retries;
- `delivery_status`: their entries in CloudWatch Logs;
- `provider`: the SNS provider that LocalStack loads.
"""
