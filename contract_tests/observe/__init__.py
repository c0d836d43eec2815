"""Sends the plan, and restores the original values."""
