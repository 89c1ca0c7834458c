"""The program: what the two services are made of, in Azure and in AWS."""
