//! How do people write a term, for completion? As they do in running text, if they do.

use rustc_hash::FxHashMap;

/// How a raw token spells a term.
#[derive(Clone, Copy)]
pub enum Spelling {
    /// It spells none.
    Nothing,
    /// It is its one term to the letter.
    Itself,
    /// It is its one term but for capitals, or stands for the joined form of its parts.
    Otherwise,
}

/// The first spelling of each term, None where it is the term itself: that one wins.
#[derive(Default)]
pub struct Spellings(FxHashMap<Box<str>, Option<Box<str>>>);

impl Spellings {
    /// Remember how `raw` spells a term.
    pub fn note(&mut self, term: &str, raw: &str, spelling: Spelling) {
        match spelling {
            Spelling::Nothing => {}
            Spelling::Itself => {
                self.0.insert(term.into(), None);
            }
            Spelling::Otherwise => {
                self.0.entry(term.into()).or_insert_with(|| Some(raw.into()));
            }
        }
    }

    /// How a term is written, if otherwise; `others` are asked of terms that these don't have.
    pub fn shown<'a>(&'a self, others: &'a Spellings, term: &str) -> Option<&'a str> {
        self.0.get(term).or_else(|| others.0.get(term))?.as_deref()
    }
}
