"""The rules of the suite under load: many extensions at once, each with one user that knows what it wrote."""
