"""The lower half of postdex: a folder of posts -> an index on disk. Knows nothing of queries as text, or of people.

    errors model query          values that everything else speaks in
    scoring spelling ignore     what a match is worth, how far words are apart, what is left out
    config sites frontmatter    what a folder, its site and a file's head say
    markdown analysis           a body's sections, a text's terms
    walk posts engine           find and read posts; what an engine must be able to do
    embedded                    the engine that comes with it
    build watch                 follow the files

It can be used alone: `postdex_index.update.refresh.refresh(folder, directory, settings)` makes an index that any
program can open through `postdex_index.engine.embedded.engine.EmbeddedEngine`. Nothing is imported before it is asked
for.
"""
