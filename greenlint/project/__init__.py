"""All modules linked: who runs what, which object, what guards it."""
