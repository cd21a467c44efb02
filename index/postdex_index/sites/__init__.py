"""Sites and what makes them: a file for each generator, and what they have in common."""
