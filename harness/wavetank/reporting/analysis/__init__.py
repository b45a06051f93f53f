"""Delivered records as tables and charts: the functions behind the notebooks."""
