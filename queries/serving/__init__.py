"""The store over HTTP: reading routes, verdicts and acts, sessions and rights, on FastAPI."""
