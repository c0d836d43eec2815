"""`make bench-peers`: our suite and the tools that a user would pick instead, on servers that know none of them."""
