"""One file = one format of tables; its name is the key under `data`. Each has `read(raw, request) -> RawTable`."""
