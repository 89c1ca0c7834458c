"""A cloud on this machine, behind the real engine: AWS on moto, Azure as a simulator of its resource manager."""
