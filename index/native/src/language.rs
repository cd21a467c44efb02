//! Which words of a language does a raw token stand for? There are millions of them, so each is read once.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use rustc_hash::FxHashMap;

use crate::characters::{is_normal, is_spaceless};
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

/// A raw token that was read.
#[derive(Clone, Copy)]
struct Token {
    /// That of its form, or its place among the compounds.
    number: u32,
    is_compound: bool,
    spelling: Spelling,
    /// Whether its spelling was noted, in texts and in addresses.
    is_noted: [bool; 2],
}

/// The raw tokens that were read: most have at most 16 characters of Latin-1, and these are a number of 16 bytes, so
/// that to find one is to look at one place in memory.
#[derive(Default)]
struct Tokens {
    short: FxHashMap<Short, Token>,
    others: FxHashMap<Box<str>, Token>,
}

type Short = (u64, u64);

impl Tokens {
    /// What is known of a token: by its key if it is short, else by its text.
    #[inline]
    fn get(&self, key: Option<Short>, raw: &str) -> Option<Token> {
        match key {
            Some(key) => self.short.get(&key).copied(),
            None => self.others.get(raw).copied(),
        }
    }

    fn set(&mut self, key: Option<Short>, raw: &str, token: Token) {
        match key {
            Some(key) => self.short.insert(key, token),
            None => self.others.insert(raw.into(), token),
        };
    }
}

/// Where the words of a language stand, and the raw tokens that were read in it.
pub struct Language {
    pub code: String,
    pub occurrences: Occurrences,
    /// In prose and in code.
    tokens: [Tokens; 2],
    /// Of tokens with several forms: those at each position they take.
    compounds: Vec<Box<[Box<[u32]>]>>,
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
            compounds: Vec::new(),
            bigrams: FxHashMap::default(),
            raw: String::new(),
            run: Vec::new(),
        }
    }

    /// Give back the memory of tokens: nothing is added any more.
    pub fn forget_tokens(&mut self) {
        self.tokens = Default::default();
        self.compounds = Vec::new();
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
        let key = packed(token);
        if key.is_none() {
            self.spell(token);
        }
        let token = match self.tokens[usize::from(field.is_code)].get(key, &self.raw) {
            Some(known) if known.is_noted[usize::from(field.is_address)] => known,
            known => {
                self.spell(token);
                self.learn(py, asked, key, known, field, spellings)?
            }
        };
        Ok(self.put(token, place, field))
    }

    /// Make this the raw token at hand.
    fn spell<U: Unit>(&mut self, token: &[U]) {
        let characters = token.iter().map(|unit| char::from_u32(unit.code()).unwrap_or(char::REPLACEMENT_CHARACTER));
        self.raw.clear();
        self.raw.extend(characters);
    }

    /// Remember the raw token at hand, which may be known from fields of the other kind, and note how it spells a term.
    fn learn(
        &mut self,
        py: Python<'_>,
        asked: &Asked,
        key: Option<Short>,
        known: Option<Token>,
        field: Field,
        spellings: &mut [Spellings; 2],
    ) -> PyResult<Token> {
        let mut token = match known {
            Some(token) => token,
            None => self.read(py, asked, field.is_code)?,
        };
        token.is_noted[usize::from(field.is_address)] = true;
        self.note_spelling(token, &mut spellings[usize::from(field.is_address)]);
        self.tokens[usize::from(field.is_code)].set(key, &self.raw, token);
        Ok(token)
    }

    #[inline]
    fn put(&mut self, token: Token, place: u32, field: Field) -> u32 {
        if !token.is_compound {
            self.occurrences.note(token.number, place, field.other);
            return 1;
        }
        let positions = &self.compounds[token.number as usize];
        for (place, forms) in (place..).zip(positions) {
            for &form in forms {
                self.occurrences.note(form, place, field.other);
            }
        }
        positions.len() as u32
    }

    /// Read the raw token at hand for the first time.
    fn read(&mut self, py: Python<'_>, asked: &Asked, is_code: bool) -> PyResult<Token> {
        let raw = self.raw.as_str();
        if let Some(term) = terms::plain_term(raw) {
            let number = self.occurrences.number(&term);
            let spelling = match term {
                term if term == raw => Spelling::Itself,
                term if term.len() == raw.len() => Spelling::Otherwise,
                _ => Spelling::Nothing, // it was cut
            };
            return Ok(Token { number, is_compound: false, spelling, is_noted: [false; 2] });
        }
        let (groups, lower) = if raw.is_ascii() {
            (terms::terms_at(raw, is_code), raw.to_ascii_lowercase())
        } else {
            let text = PyString::new(py, raw);
            let groups = asked.terms_at.bind(py).call1((&text, is_code))?;
            (groups_of(&groups)?, text.call_method0("lower")?.extract()?)
        };
        let spelling = match &groups[..] {
            [terms] if terms[0] == raw => Spelling::Itself,
            [terms] if terms[0] == lower => Spelling::Otherwise,
            [terms, _, ..] if terms.len() > 1 => Spelling::Otherwise,
            _ => Spelling::Nothing,
        };
        let forms: Box<[Box<[u32]>]> =
            groups.iter().map(|terms| terms.iter().map(|term| self.occurrences.number(term)).collect()).collect();
        let (number, is_compound) = match &forms[..] {
            [only] if only.len() == 1 => (only[0], false),
            _ => {
                self.compounds.push(forms);
                (self.compounds.len() as u32 - 1, true)
            }
        };
        Ok(Token { number, is_compound, spelling, is_noted: [false; 2] })
    }

    /// Note how the raw token at hand spells a term: its one, or the joined form of its parts.
    fn note_spelling(&self, token: Token, spelled: &mut Spellings) {
        let form = match self.compounds.get(token.number as usize) {
            Some(positions) if token.is_compound => match &positions[..] {
                [] => return,
                [only] => only[0],
                [first, ..] => *first.get(1).unwrap_or(&first[0]),
            },
            _ => token.number,
        };
        spelled.note(&self.occurrences.forms[form as usize], &self.raw, token.spelling);
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

/// A raw token as a number of 16 bytes, if it is so short and of Latin-1.
#[inline]
fn packed<U: Unit>(token: &[U]) -> Option<Short> {
    let mut bytes = [0; 16];
    if token.len() > bytes.len() {
        return None;
    }
    for (byte, unit) in bytes.iter_mut().zip(token) {
        *byte = u8::try_from(unit.code()).ok()?;
    }
    let whole = u128::from_le_bytes(bytes);
    Some((whole as u64, (whole >> 64) as u64))
}

fn groups_of(groups: &Bound<'_, PyAny>) -> PyResult<Vec<Vec<String>>> {
    groups.cast::<PyTuple>()?.iter().map(|terms| terms.extract()).collect()
}
