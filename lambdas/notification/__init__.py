"""The notification function: tells people by e-mail that the streaming function failed.

handler   what Lambda calls as the on-failure destination: publishes to the topic
message   subject and text of the e-mail, from whatever the failure record holds
"""
