"""Where records come from: files and standard input."""
