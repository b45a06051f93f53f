"""A run to look at: one HTML file that needs nothing else, made from the history alone.

Charts are SVG, made here. A charting library would be a megabyte in each file, draws on a canvas
that no screen reader, no printer and no test can look into, and some build code from text while
they run, which the file's own content security policy forbids. What moves is a small script of our
own; without it everything is still there to read.

The same run gives the same bytes: nothing tells when the report was written, or where.

A month fits as a day does. Whatever happens on a lane, and each walk, is put into at most
`marks.BINS_MAX` bins while the history is read, so neither memory nor the file grows with the run;
of what is listed in words the first are shown, and how many more there are is said.
"""
