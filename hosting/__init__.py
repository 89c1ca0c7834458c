"""The command line that brings program, policy pack, engine and clouds together."""
