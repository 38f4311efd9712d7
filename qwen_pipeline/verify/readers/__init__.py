"""One file = one reader: `INFO`, `missing()`, `open_reader()`. The file's name is the id."""
