"""The specification of greenlint, room by room."""
