"""Everything below `/_wavetank/`: who may ask for it, and how it is answered.

own_site   pure: whether a request may be answered, by its headers alone
serving    the handler in LocalStack's chain that asks and answers; before LocalStack's own CORS
routes     the list of all routes, for people and programs
answers    the forms of an answer: JSON, an error, a page of no site but ours
"""
