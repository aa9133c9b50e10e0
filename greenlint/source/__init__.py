"""Where code comes from: discovery, decoding, module names."""
