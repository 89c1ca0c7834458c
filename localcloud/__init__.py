"""A cloud on this machine, behind the real engine: AWS on moto, Azure and Entra simulated."""
