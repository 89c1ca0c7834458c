"""Rules about Azure."""
