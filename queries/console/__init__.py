"""The investigator's console: pages on the store and the desk, with scripts of our own and vendored ones."""
