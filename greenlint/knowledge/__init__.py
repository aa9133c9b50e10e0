"""What is known of libraries: schema, loader, rows in data/*.toml."""
