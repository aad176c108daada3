"""Who is there: places in the queue are for those who listen."""
