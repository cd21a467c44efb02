//! What is a passage to those who choose from it and to those who show it? A text, its marks and its sentences.

use crate::texts::Unit;

/// text[start:stop] has a word of a leaf.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub start: isize,
    pub stop: isize,
    pub leaf: usize,
}

/// text[start:stop]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub start: isize,
    pub stop: isize,
}

impl Place {
    pub fn len(self) -> isize {
        self.stop - self.start
    }
}

/// A passage, its marks in their order, and its sentences: each begins at one of `bounds`, the last of which is the end.
pub struct Passage<'a, U: Unit> {
    pub text: &'a [U],
    pub offset: isize,
    pub line: isize,
    pub marks: Vec<Mark>,
    pub bounds: Vec<isize>,
    pub cut_start: bool,
    pub cut_stop: bool,
    pub leaf_weights: &'a [f64],
}
