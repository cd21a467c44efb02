//! Which words of a language does a raw token stand for? There are millions of them, so each is read once.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use rustc_hash::FxHashMap;

use crate::characters::{class, SPACELESS};
use crate::occurrences::Occurrences;
use crate::spellings::{Spelling, Spellings};
use crate::terms;
use crate::texts::Unit;
use crate::with_units;

/// What Python is asked for: tokens of these kinds are rare.
pub struct Asked {
    /// `tokenizer.terms_at`, for words that are not ASCII.
    pub terms_at: Py<PyAny>,
    /// `characters.run_text`, for runs that may not be in their normal form.
    pub run_text: Py<PyAny>,
}

/// The field of a text: its code unless it is the body's, and how its words are read.
#[derive(Clone, Copy)]
pub struct Field {
    pub other: Option<u32>,
    pub is_code: bool,
    pub is_address: bool,
}

/// What a raw token stands for: the forms at each position it takes.
enum Meaning {
    Word(u32),
    Compound(Box<[Box<[u32]>]>),
}

/// A raw token that was read.
struct Token {
    meaning: Meaning,
    spelling: Spelling,
    /// Whether its spelling was noted, in texts and in addresses.
    is_noted: [bool; 2],
}

/// Where the words of a language stand, and the raw tokens that were read in it.
pub struct Language {
    pub code: String,
    pub occurrences: Occurrences,
    /// In prose and in code.
    tokens: [FxHashMap<Box<str>, Token>; 2],
    /// The form of two characters of a run, and of its last one (0 for the second).
    bigrams: FxHashMap<(u32, u32), u32>,
    /// The token at hand, and the run at hand: kept for their memory.
    raw: String,
    run: Vec<u32>,
}

impl Language {
    pub fn new(code: &str) -> Self {
        Language {
            code: code.to_owned(),
            occurrences: Occurrences::default(),
            tokens: Default::default(),
            bigrams: FxHashMap::default(),
            raw: String::new(),
            run: Vec::new(),
        }
    }

    /// Give back the memory of tokens: nothing is added any more.
    pub fn forget_tokens(&mut self) {
        self.tokens = Default::default();
        self.bigrams = FxHashMap::default();
    }

    /// Put a raw token at a place, post << 16 | position; returns how many positions it takes.
    #[inline]
    pub fn add<U: Unit>(
        &mut self,
        py: Python<'_>,
        asked: &Asked,
        token: &[U],
        place: u32,
        field: Field,
        spellings: &mut [Spellings; 2],
    ) -> PyResult<u32> {
        if is_spaceless(token) {
            return self.add_run(py, asked, token, place, field);
        }
        self.raw.clear();
        self.raw.extend(token.iter().map(|unit| char::from_u32(unit.code()).unwrap_or(char::REPLACEMENT_CHARACTER)));
        let spelled = &mut spellings[usize::from(field.is_address)];
        if let Some(known) = self.tokens[usize::from(field.is_code)].get_mut(self.raw.as_str()) {
            return Ok(known.put(&mut self.occurrences, &self.raw, place, field, spelled));
        }
        let mut token = self.read(py, asked, field.is_code)?;
        let width = token.put(&mut self.occurrences, &self.raw, place, field, spelled);
        self.tokens[usize::from(field.is_code)].insert(self.raw.as_str().into(), token);
        Ok(width)
    }

    /// Read the raw token at hand for the first time.
    fn read(&mut self, py: Python<'_>, asked: &Asked, is_code: bool) -> PyResult<Token> {
        let raw = self.raw.as_str();
        let (groups, lower) = if raw.is_ascii() {
            (terms::terms_at(raw, is_code), raw.to_ascii_lowercase())
        } else {
            let text = PyString::new(py, raw);
            let groups = asked.terms_at.bind(py).call1((&text, is_code))?;
            (groups_of(&groups)?, text.call_method0("lower")?.extract()?)
        };
        let forms: Box<[Box<[u32]>]> =
            groups.iter().map(|terms| terms.iter().map(|term| self.occurrences.number(term)).collect()).collect();
        let spelling = match &groups[..] {
            [terms] if terms[0] == raw => Spelling::Itself(forms[0][0]),
            [terms] if terms[0] == lower => Spelling::Written(forms[0][0]),
            [terms, _, ..] if terms.len() > 1 => Spelling::Written(forms[0][1]),
            _ => Spelling::Nothing,
        };
        let meaning = match &forms[..] {
            [only] if only.len() == 1 => Meaning::Word(only[0]),
            _ => Meaning::Compound(forms),
        };
        Ok(Token { meaning, spelling, is_noted: [false; 2] })
    }

    /// Rule 7: a bigram at every character, the last one alone.
    fn add_run<U: Unit>(
        &mut self,
        py: Python<'_>,
        asked: &Asked,
        run: &[U],
        place: u32,
        field: Field,
    ) -> PyResult<u32> {
        self.run.clear();
        self.run.extend(run.iter().map(|unit| unit.code()));
        if !self.run.iter().all(|&character| is_normal(character)) {
            let text = crate::texts::text_of(py, run);
            let normal = asked.run_text.bind(py).call1((text,))?.cast_into::<PyString>()?;
            self.run.clear();
            with_units!(&normal, units => self.run.extend(units.iter().map(|unit| unit.code())));
        }
        for (at, &first) in self.run.iter().enumerate() {
            let second = self.run.get(at + 1).copied().unwrap_or(0);
            let number = || {
                let form: String =
                    [first, second].iter().take_while(|&&c| c != 0).filter_map(|&c| char::from_u32(c)).collect();
                self.occurrences.number(&form)
            };
            let form = *self.bigrams.entry((first, second)).or_insert_with(number);
            self.occurrences.note(form, place + at as u32, field.other);
        }
        Ok(self.run.len() as u32)
    }
}

impl Token {
    #[inline]
    fn put(
        &mut self,
        occurrences: &mut Occurrences,
        raw: &str,
        place: u32,
        field: Field,
        spelled: &mut Spellings,
    ) -> u32 {
        let is_noted = &mut self.is_noted[usize::from(field.is_address)];
        if !*is_noted {
            *is_noted = true;
            spelled.note(raw, self.spelling, &occurrences.forms);
        }
        match &self.meaning {
            Meaning::Word(form) => {
                occurrences.note(*form, place, field.other);
                1
            }
            Meaning::Compound(positions) => {
                for (place, forms) in (place..).zip(positions) {
                    for &form in forms {
                        occurrences.note(form, place, field.other);
                    }
                }
                positions.len() as u32
            }
        }
    }
}

/// Whether a raw token is a run of a script without blanks.
#[inline]
pub fn is_spaceless<U: Unit>(token: &[U]) -> bool {
    class(token[0].code()) & SPACELESS != 0
}

/// Whether a character is its own normal form beside any other such: Han, kana, syllables of Hangul.
#[inline]
fn is_normal(character: u32) -> bool {
    matches!(character, 0x4e00..=0x9fff | 0x3041..=0x3096 | 0x30a1..=0x30fa | 0x30fc | 0xac00..=0xd7a3)
}

fn groups_of(groups: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<String>>> {
    groups.cast::<PyTuple>()?.iter().map(|terms| terms.extract()).collect()
}
