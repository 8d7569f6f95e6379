"""The sixth family of habits: no list of trades; crews and honest groups are composed from independent axes.

The city is that of the fourth family, and so is its plumbing. Who is in a crew or in a look-alike, what ties
them and what they do is drawn axis by axis, so that most combinations are nobody's idea.
"""
