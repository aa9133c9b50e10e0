"""Blocking calls: where code runs, and which calls stop everybody there."""
