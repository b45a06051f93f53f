"""Public templates, tried unchanged in a checkout outside the repository: the list, and its player.

The environment variable WAVETANK_PUBLIC_TEMPLATES names the checkout; nothing of it is copied here.
"""
