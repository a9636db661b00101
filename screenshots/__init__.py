"""The pictures that README shows, and what makes them."""
