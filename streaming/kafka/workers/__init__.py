"""Reading workers: processes that read partitions, decode and validate, and hand columns to the owner."""
