"""What happens to honest trips: receivers that err, clocks that break, round trips, phones set up anew."""
