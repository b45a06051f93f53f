"""E-mail of SNS topics: confirmed before it is sent, whole, with its true subject, to read.

LocalStack writes to addresses that nobody has confirmed, through its SES and under one fixed
subject. Here an address is asked first, as on AWS, and each message is as it would arrive:

- `messages`: what the two kinds of message look like;
- `subscriptions`: who waits for confirmation, until when, and who gets too much;
- `box`: the mailbox and its routes;
- `relay`: hands messages on to a mail server, where the user has one;
- `provider`: LocalStack's SNS with all of this in it.
"""
