"""Facts of one module: a pure function of its bytes, without knowledge."""
