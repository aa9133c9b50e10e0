"""The fixture programs as experiments: what happens when they run must equal what their annotations say."""
