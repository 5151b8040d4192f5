"""Is the forecast worth showing? Beside a straight line and the base rate, on invented districts whose end is known."""
