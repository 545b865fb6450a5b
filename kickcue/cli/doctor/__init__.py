"""What ``kickcue doctor`` looks at, one part of the machine a file.

Each check takes the ``Patient`` and yields its findings.
"""
