"""The mutation run: breaks what the stacks declare, one thing at a time, and sees whether a rule refuses it."""
