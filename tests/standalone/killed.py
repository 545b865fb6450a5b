"""A race in a tab that is killed again and again: ``python -m tests.standalone.killed`` does it for
longer than a test can.
"""
