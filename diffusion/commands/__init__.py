"""The verbs of the command line: for each, its options and what it does.

What is slow to import waits until its verb is used, so that --help answers at once.
"""
