"""Tables of word vectors for `postdex`, which knows how to read them. There is no code here."""

VERSION = "0.1.0"
