"""Entra ID on this machine: a directory in memory that stands in for the Azure AD provider."""

from localcloud.entra.backend import EntraBackend

__all__ = ["EntraBackend"]
