"""The second family of habits: boroughs on a grid, lives as errands, crews by drawn recipes.

Shares no code with the first on how crews, look-alikes and ordinary people behave.
"""
