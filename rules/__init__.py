"""Attacks stopped by people: when one begins, and short-lived rules, proposed, approved and watched."""
