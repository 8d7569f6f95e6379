"""The desk: who may ask what, what they answered, and a record of it, in an SQLite file of its own."""
