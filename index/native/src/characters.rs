//! Which characters make up a raw token? What `text/characters.py` says in patterns, as one function.
//!
//! What is a letter, digit or blank is asked of the Python that runs this, once for each character, so that tokens are
//! the same whichever Unicode it has; the ranges that are postdex's own come from `characters.py`.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU16};

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::guard::guarded;
use crate::texts::{text_of, Unit};
use crate::with_units;

/// `\w` outside the scripts without blanks.
pub const WORD: u16 = 1;
/// `\d`
pub const DIGIT: u16 = 2;
/// `\s`
pub const BLANK: u16 = 4;
/// A script without blanks.
pub const SPACELESS: u16 = 8;
/// What a reader doesn't see inside a word, U+FE0F too.
pub const UNSEEN: u16 = 16;
/// Combining marks outside the scripts without blanks, and invisible characters but for U+FE0F.
pub const MARK: u16 = 32;
pub const EMOJI: u16 = 64;
/// What may follow an emoji and belongs to it.
pub const EMOJI_STYLE: u16 = 128;
/// Python's `str.isalnum`.
pub const ALNUM: u16 = 256;
/// Python's `str.isprintable`.
pub const PRINTABLE: u16 = 512;
/// The class was looked up: no character has 0.
const KNOWN: u16 = 1 << 15;

/// At most so many words in one raw token.
pub const MAX_WORDS: usize = 12;

/// The class of each character, 0 until it is asked for: pages that nobody touches cost nothing.
static CLASSES: [AtomicU16; 0x11_0000] = [const { AtomicU16::new(0) }; 0x11_0000];
/// The bits of postdex's own ranges, which hold no ASCII.
const OWN: u16 = SPACELESS | UNSEEN | MARK | EMOJI | EMOJI_STYLE;
/// Whether these are there: from the first character on that is not ASCII.
static OWN_KNOWN: AtomicBool = AtomicBool::new(false);

unsafe extern "C" {
    fn _PyUnicode_IsAlpha(character: u32) -> i32;
    fn _PyUnicode_IsDecimalDigit(character: u32) -> i32;
    fn _PyUnicode_IsDigit(character: u32) -> i32;
    fn _PyUnicode_IsNumeric(character: u32) -> i32;
    fn _PyUnicode_IsPrintable(character: u32) -> i32;
    fn _PyUnicode_IsWhitespace(character: u32) -> i32;
}

/// The class of a character.
#[inline(always)]
pub fn class(character: u32) -> u16 {
    let known = CLASSES[character as usize].load(Relaxed);
    if known & KNOWN != 0 {
        known
    } else {
        look_up(character)
    }
}

#[cold]
fn look_up(character: u32) -> u16 {
    if character >= 128 && !OWN_KNOWN.load(Acquire) {
        set_own_classes().expect("postdex_index.text.characters says which characters are of its classes");
        OWN_KNOWN.store(true, Release); // another thread may have done the same meanwhile
    }
    let own = CLASSES[character as usize].load(Relaxed) & OWN;
    // SAFETY: functions of this Python that look into constant tables, right for any number.
    let (alnum, digit, blank, printable) = unsafe {
        (
            _PyUnicode_IsAlpha(character) != 0
                || _PyUnicode_IsDecimalDigit(character) != 0
                || _PyUnicode_IsDigit(character) != 0
                || _PyUnicode_IsNumeric(character) != 0,
            _PyUnicode_IsDecimalDigit(character) != 0,
            _PyUnicode_IsWhitespace(character) != 0,
            _PyUnicode_IsPrintable(character) != 0,
        )
    };
    let word = (alnum || character == '_' as u32) && own & SPACELESS == 0;
    let bits = [(word, WORD), (digit, DIGIT), (blank, BLANK), (alnum, ALNUM), (printable, PRINTABLE)];
    let found = bits.iter().map(|&(is, bit)| if is { bit } else { 0 }).sum::<u16>() | own | KNOWN;
    CLASSES[character as usize].store(found, Relaxed);
    found
}

/// Ask `characters.own_classes` which characters are of postdex's own classes: each the inside of a class of `re`.
fn set_own_classes() -> PyResult<()> {
    Python::attach(|py| {
        let classes = py.import("postdex_index.text.characters")?.call_method0("own_classes")?;
        let classes: Vec<Bound<'_, PyString>> = classes.extract()?;
        for (characters, bit) in classes.iter().zip([SPACELESS, UNSEEN, MARK, EMOJI, EMOJI_STYLE]) {
            let codes: Vec<u32> = with_units!(characters, units => units.iter().map(|unit| unit.code()).collect());
            for (first, last) in ranges(&codes) {
                for character in first..=last {
                    CLASSES[character as usize].fetch_or(bit, Relaxed);
                }
            }
        }
        Ok(())
    })
}

fn ranges(codes: &[u32]) -> Vec<(u32, u32)> {
    let (mut at, mut found) = (0, Vec::new());
    while at < codes.len() {
        let is_range = codes.get(at + 1) == Some(&('-' as u32)) && at + 2 < codes.len();
        found.push((codes[at], codes[at + if is_range { 2 } else { 0 }]));
        at += if is_range { 3 } else { 1 };
    }
    found
}

/// A letter or digit behind which `#` or a group of digits is no end: Latin, Greek, Cyrillic.
#[inline(always)]
fn goes_on(c: u32) -> bool {
    (c < 128 && ((c as u8).is_ascii_alphanumeric() || c == 95)) || matches!(c, 0xc0..=0x2ff | 0x370..=0x52f)
}

fn is_joint(c: u32) -> bool {
    matches!(c, 0x2e | 0x2d | 0x27 | 0x2019 | 0x2010 | 0x2011) // . - ' ’ ‐ ‑
}

/// Where the raw token ends that begins at `start`; `start` where none does. Nothing at or beyond the end of `text`
/// or before its beginning is looked at.
#[inline]
pub fn token_end<U: Unit>(text: &[U], start: usize) -> usize {
    let code = |at: usize| text[at].code();
    let is = |at: usize, bits: u16| at < text.len() && class(code(at)) & bits != 0;
    let mut at = start;
    if code(at) == '.' as u32 {
        if !is(at + 1, WORD) {
            return start;
        }
        at += 1;
    }
    if is(at, WORD) {
        return word_end(text, at);
    }
    let first = class(code(start));
    if first & SPACELESS != 0 && first & UNSEEN == 0 {
        at += 1;
        while is(at, SPACELESS | UNSEEN) {
            at += 1;
        }
    } else if is_flag(code(start)) && start + 1 < text.len() && is_flag(code(start + 1)) {
        at += 2;
    } else if first & EMOJI != 0 {
        at += 1;
        while is(at, EMOJI_STYLE) {
            at += 1;
        }
        while at + 1 < text.len() && code(at) == 0x200d && is(at + 1, EMOJI) {
            at += 2;
            while is(at, EMOJI_STYLE) {
                at += 1;
            }
        }
    }
    at
}

fn is_flag(c: u32) -> bool {
    (0x1_f1e6..=0x1_f1ff).contains(&c)
}

/// The end of a chain of words that begins at `at`.
fn word_end<U: Unit>(text: &[U], mut at: usize) -> usize {
    let code = |at: usize| text[at].code();
    let is = |at: usize, bits: u16| at < text.len() && class(code(at)) & bits != 0;
    let piece = |mut at: usize| {
        while is(at, WORD | MARK) {
            at += 1;
        }
        at
    };
    at = piece(at);
    for _ in 1..MAX_WORDS {
        if at >= text.len() {
            break;
        }
        let c = code(at);
        if is_joint(c) && is(at + 1, WORD) {
            at = piece(at + 1);
        } else if c == ',' as u32 && is_group(text, at) {
            at += 4;
        } else {
            break;
        }
    }
    let sign = |at: usize, c: char| at < text.len() && code(at) == c as u32;
    if sign(at, '+') && sign(at + 1, '+') && !sign(at + 2, '+') {
        at += 2;
    } else if sign(at, '#') && !sign(at + 1, '#') && !(at + 1 < text.len() && goes_on(code(at + 1))) {
        at += 1;
    }
    at
}

/// Whether a comma stands between a digit, but not four of them, and a group of three.
fn is_group<U: Unit>(text: &[U], comma: usize) -> bool {
    let digit = |at: usize| at < text.len() && class(text[at].code()) & DIGIT != 0;
    let four = comma >= 4 && (1..5).all(|back| digit(comma - back));
    digit(comma - 1)
        && !four
        && (1..4).all(|on| digit(comma + on))
        && !(comma + 4 < text.len() && goes_on(text[comma + 4].code()))
}

/// Whether a raw token is a run of a script without blanks.
#[inline]
pub fn is_spaceless<U: Unit>(token: &[U]) -> bool {
    class(token[0].code()) & SPACELESS != 0
}

/// Whether a character is its own normal form beside any other such: Han, kana, syllables of Hangul.
#[inline]
pub fn is_normal(character: u32) -> bool {
    matches!(character, 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x3041..=0x3096 | 0x30a1..=0x30fa | 0x30fc | 0xac00..=0xd7a3)
}

/// The raw tokens of a text, one after the other, as (start, stop).
pub fn tokens<U: Unit>(text: &[U]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at;
            if class(text[at].code()) & (WORD | SPACELESS | EMOJI) != 0
                || matches!(text[at].code(), 0x2e | 0x1_f1e6..=0x1_f1ff)
            {
                let stop = token_end(text, start);
                if stop > start {
                    at = stop;
                    return Some((start, stop));
                }
            }
            at += 1;
        }
        None
    })
}

/// The raw tokens of a text that was simplified where it had to be: what `characters.raw_pattern` finds.
#[pyfunction]
pub fn raw_tokens<'py>(py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Vec<Bound<'py, PyString>>> {
    guarded(py, || {
        Ok(with_units!(text, units => tokens(units).map(|(start, stop)| text_of(py, &units[start..stop])).collect()))
    })
}

/// The same with where each begins and ends.
#[pyfunction]
pub fn raw_spans<'py>(
    py: Python<'py>,
    text: &Bound<'py, PyString>,
) -> PyResult<Vec<(Bound<'py, PyString>, usize, usize)>> {
    guarded(py, || {
        Ok(with_units!(text, units => {
            tokens(units).map(|(start, stop)| (text_of(py, &units[start..stop]), start, stop)).collect()
        }))
    })
}
