"""This repo's own tests."""
