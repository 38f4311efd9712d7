"""docs/gallery: what it shows, how a cell is drawn, and the pages around the cells."""
