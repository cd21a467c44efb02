"""Sites and what makes them: a file for each generator, and what they have in common."""

#: A file of settings has no more bytes: what is larger is not read.
LARGEST = 1024 * 1024
