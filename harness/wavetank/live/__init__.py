"""A pipeline in wall time, on a sandbox or on AWS, in the words of a history.

telling        one story from its beginning to its end, with the schedule off
player         takes its steps, each when the one before is over
place          where: a deployed pipeline, and how long things take there
playable       which faults a story can have where, and how long it takes
schedule       the rule, off for a while
changes        what a fault changes, and puts back
denial         a permission taken from a role
breaking       the streaming function broken as a drill does it
journal        what is changed, on disk from before it is changed
reverting      each change reverted, by its own process or by a later one
restoring      reverting goes on through trouble that passes
observation    what came of it: logs, bucket, mailbox, table
attempts       what the functions' logs say of their attempts
alerts_in_log  what the notification function's log says it has published
judging        which verdicts such a story can come to
"""
