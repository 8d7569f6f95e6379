"""What crews take, one way in a function; a crew has one to three of them."""
