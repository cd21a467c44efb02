//! How do people write a term, for completion? As they do in running text, if they do.

use rustc_hash::FxHashMap;

/// Which term a raw token spells.
#[derive(Clone, Copy)]
pub enum Spelling {
    /// None.
    Nothing,
    /// Its one term, which it is to the letter.
    Itself(u32),
    /// Its one term but for capitals, or the joined form of its parts.
    Written(u32),
}

/// The first spelling of each term, None where it is the term itself: that one wins.
#[derive(Default)]
pub struct Spellings(pub FxHashMap<Box<str>, Option<Box<str>>>);

impl Spellings {
    /// Remember how `raw` spells a term of these forms.
    pub fn note(&mut self, raw: &str, spelling: Spelling, forms: &[Box<str>]) {
        match spelling {
            Spelling::Nothing => {}
            Spelling::Itself(form) => {
                self.0.insert(forms[form as usize].clone(), None);
            }
            Spelling::Written(form) => {
                self.0.entry(forms[form as usize].clone()).or_insert_with(|| Some(raw.into()));
            }
        }
    }

    /// What is written otherwise than its term, with the term; where these say nothing, `others` do.
    pub fn shown_before<'a>(&'a self, others: &'a Spellings) -> impl Iterator<Item = (&'a str, &'a str)> {
        let rest = others.0.iter().filter(|(term, _)| !self.0.contains_key(*term));
        self.0.iter().chain(rest).filter_map(|(term, written)| Some((&**term, written.as_deref()?)))
    }
}
