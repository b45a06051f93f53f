"""A pipeline in wall time, on a sandbox or on AWS, in the words of a history.

player       takes the steps of a story, each when the one before is over
attempts     what the functions' logs say of their attempts
observation  what is in the bucket, in the mailbox and in the table
"""
