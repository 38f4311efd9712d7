"""One file = one check: the file's name is the id with `_` for `.`."""
