"""One file = one format; the file's name is its id."""
