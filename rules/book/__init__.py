"""Rules as people read and decide on them: files with typed conditions, and who approved which."""
