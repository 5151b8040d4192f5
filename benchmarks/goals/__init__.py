"""What it costs to hold a district, and a federation a hundred times its size, against its plan."""
