"""A pipeline in wall time, on a sandbox or on AWS, in the words of a history.

telling        one story from its beginning to its end, with the schedule off
player         takes its steps, each when the one before is over
place          where: a deployed pipeline, and how long things take there
playable       which faults a story can have where, and how long it takes
schedule       the rule, off for a while
changes        what a fault changes, and puts back
denial         a permission taken from a role
observation    what came of it: logs, bucket, mailbox, table
attempts       what the functions' logs say of their attempts
alerts_in_log  what the notification function's log says it has published
judging        which verdicts such a story can come to
"""
