"""One style a file; the file's name is its id. A style exposes `FINISH` and `paint(stage) -> Canvas`."""
