"""Rules about Entra: who may sign in, how, and how people come to rights."""
