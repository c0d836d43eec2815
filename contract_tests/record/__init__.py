"""Requests and their responses."""
