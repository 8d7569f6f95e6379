"""The crews of the third family: twenty trades, each with tools and pace of its own."""
