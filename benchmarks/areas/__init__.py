"""Points in polygons, beside geopandas' spatial join: time, memory, and whether the answers are the same."""
