"""What a run over a hostile project may do to the machine."""
