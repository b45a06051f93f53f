"""Attacks on a running sandbox: each must be refused, and must change nothing."""
