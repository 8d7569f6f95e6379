"""Where results go: a folder that appears complete or not at all."""
