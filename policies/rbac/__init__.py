"""What Azure's role assignments together allow: at which scope, by which role, to whom."""
