"""The HTML report of a run: one self-contained file, generated from the history alone.

Charts are SVG, generated here. A charting library would add a megabyte to each file, draws on a
canvas that screen readers, printers and tests cannot read, and in some cases builds code from text
at run time, which the file's own content security policy forbids. Interaction is a small script of
our own; without it everything can still be read.

The same run gives the same bytes: the file has neither the time nor the place of its generation.

A month fits as well as a day. The events of a lane and the prices of a walk are put into at most
`marks.BINS_MAX` bins while the history is read, so neither memory nor the file grows with the run;
lists show the first entries and the number of the others.
"""
