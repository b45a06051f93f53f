"""The architecture of a pipeline as a picture, drawn from its templates and from nothing else.

graph       what is drawn: resources, readers and mailboxes, and what goes from one to another
templates   the scopes of the templates that are drawn, as they would be deployed
resources   the boxes: which resources are shown, and what is said of each
rights      what a function's role may do, and with what
readers     whom a bucket's policy lets in
reading     the arrows: targets, destinations, rights, deliveries, subscriptions, readers
layering    the boxes in rows, from what begins to what is reached
columns     how far from the left each is
gaps        between two rows: where arrows turn, and where their words are
placing     where boxes, arrows and their words are, to the pixel
svg         the picture, for light and dark
shapes      a sign for each kind of box, and the picture's colours
words       names and labels in lines that fit
mermaid     the same as a Mermaid flowchart
document    a flowchart within a Markdown file
"""
