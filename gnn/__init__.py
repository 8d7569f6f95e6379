"""For data scientists: the scorer, how it is fitted, and how results are judged against the truth."""
