"""The policy pack: at deploy time it refuses what breaks a technical measure."""
