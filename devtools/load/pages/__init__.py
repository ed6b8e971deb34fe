"""The time of HR's pages on a big database: `fill` inserts its rows, `measure` requests the pages."""
