"""Everything below `/_wavetank/`: how it is answered. Who may ask for it, `http_guard` decides.

serving    the handler in LocalStack's chain that answers, without what LocalStack adds to answers
routes     the list of all routes, for people and programs
answers    the forms of an answer: JSON, an error, a page of no site but ours
"""
