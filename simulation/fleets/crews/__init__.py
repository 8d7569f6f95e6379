"""Crews: how accounts, phones, cards and addresses are got, and every way in which money is taken."""
