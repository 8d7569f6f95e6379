"""Takeovers without a common phone over a simulated city: new phones, far rides, the same few drivers."""
