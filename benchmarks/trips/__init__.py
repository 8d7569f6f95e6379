"""Real trips with their tracks, what is done to them, and a judge that reads them as the engine does."""
