"""Groups of people of any size, fraudulent and honest, told as events beside a quiet city."""
