"""The command line: for each verb, its options and what it does."""
