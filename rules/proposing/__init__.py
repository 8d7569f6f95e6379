"""Rules proposed and tried on recent history: what they would have done, by what was known at that moment."""
