"""The lower half of postdex: a folder of posts -> an index on disk. Knows nothing of queries as text, or of people.

It can be used alone: `postdex_index.update.refresh.refresh(folder, engine, settings)` brings an index up to a folder,
`postdex_index.engines.make` gives the engine that keeps it. Nothing is imported before it is asked for; ARCHITECTURE.md
says what each module answers.
"""

#: The release, of both halves and of the compiled kernel.
__version__ = "0.1.0"
