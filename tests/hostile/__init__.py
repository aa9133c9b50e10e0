"""Input that no honest program looks like, through the whole pipeline."""
