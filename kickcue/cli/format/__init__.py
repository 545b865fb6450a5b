"""How commands show things: lines, pages, tables, pictures."""
