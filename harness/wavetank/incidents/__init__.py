"""An incident as a scenario: what was exported from AWS, scrubbed, as workloads at their times.

personal_data   what is recognised as personal data, by its form or by the name of its key
pseudonyms      replaces a value by one of the same form, drawn from a keyed hash
scrubbing       replaces the personal data of a text, and refuses what it cannot read
json_text       the strings and numbers of a text in JSON, with the keys that they are under
events          an exported event, and the ways in which it can be sent again
lambda_events   events of Lambda: of queues, topics, streams and EventBridge, and their records
exported        what the AWS CLI prints: messages of a queue, log events
sources         files and folders, and a queue, log group or bucket that is read directly
targets         the resource of a template that an event is for
importing       events as workloads, and the scenario
"""
