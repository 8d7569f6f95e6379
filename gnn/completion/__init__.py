"""Completes a ring: given some of its accounts, who else belongs. Works on any graph of several relations."""
