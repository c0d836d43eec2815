"""The jobs behind the Makefile."""
