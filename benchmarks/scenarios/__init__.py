"""One file = one scenario; the file's name is its id. `run(setting)` gives its figures."""
