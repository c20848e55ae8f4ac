"""The steps by which the tables came to be what they are; `init` takes them, and so does a newer program."""
