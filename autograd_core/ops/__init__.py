"""The derivative tables, by family.  Importing a table registers its primitives."""
