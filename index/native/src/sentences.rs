//! Where does a sentence of a text end, and where may a line of it be cut? The patterns of `results/snippets.py`.

use crate::characters::{class, BLANK};
use crate::texts::Unit;

const ENDS: [char; 4] = ['.', '!', '?', '…'];
const QUOTES: [char; 6] = ['"', '\'', '”', '’', ')', ']'];
const WIDE_ENDS: [char; 5] = ['。', '！', '？', '；', '…'];
const WIDE_QUOTES: [char; 5] = ['」', '』', '”', '’', '）'];
const LINE_ENDS: [char; 2] = ['\n', '\u{2028}'];
const WIDE_BREAKS: [char; 11] = ['，', '、', '；', '：', '。', '！', '？', '」', '』', '）', '】'];

/// Where a text may be cut: blanks, or punctuation behind which no blank is written.
pub struct Break {
    pub start: usize,
    pub stop: usize,
    pub blank: bool,
}

pub fn is_blank(character: u32) -> bool {
    class(character) & BLANK != 0
}

fn is(character: u32, one_of: &[char]) -> bool {
    one_of.iter().any(|&one| one as u32 == character)
}

fn is_wide_break(character: u32) -> bool {
    character >= 0x3000 && is(character, &WIDE_BREAKS)
}

/// The end of the characters from `at` on that are `wanted`.
pub fn skip<U: Unit>(text: &[U], at: usize, wanted: impl Fn(u32) -> bool) -> usize {
    text[at..].iter().position(|unit| !wanted(unit.code())).map_or(text.len(), |count| at + count)
}

/// Where the sentences of a text begin, the first at `start`, and its end: at least two numbers.
pub fn sentences<U: Unit>(text: &[U], start: usize) -> Vec<usize> {
    let mut bounds = vec![start];
    let mut at = start;
    while at < text.len() {
        let letter = (0x40..0x2000).contains(&text[at].code()); // most characters by far, none of which is an end
        match if letter { None } else { sentence_end(text, at) } {
            Some(end) => {
                bounds.push(end);
                at = end;
            }
            None => at += 1,
        }
    }
    if bounds[bounds.len() - 1] < text.len() || bounds.len() < 2 {
        bounds.push(text.len());
    }
    bounds
}

/// The beginning of the next sentence, if the character at `at` ends one: with signs, quotes and blanks behind it.
fn sentence_end<U: Unit>(text: &[U], at: usize) -> Option<usize> {
    let first = text[at].code();
    if is(first, &ENDS) {
        let stop = skip(text, skip(text, at + 1, |c| is(c, &ENDS)), |c| is(c, &QUOTES));
        let next = skip(text, stop, is_blank);
        let goes_on = text.get(next).is_some_and(|unit| (0x61..=0x7a).contains(&unit.code()));
        if next > stop && !goes_on {
            return Some(next);
        }
    }
    if is(first, &WIDE_ENDS) {
        let stop = skip(text, skip(text, at + 1, |c| is(c, &WIDE_ENDS)), |c| is(c, &WIDE_QUOTES));
        return Some(skip(text, stop, is_blank));
    }
    is(first, &LINE_ENDS).then(|| skip(text, at + 1, is_blank))
}

/// The breaks in text[start:stop], which is looked at as if nothing stood behind it.
pub fn breaks<U: Unit>(text: &[U], start: isize, stop: isize) -> impl Iterator<Item = Break> + '_ {
    let text = &text[..stop.clamp(0, text.len() as isize) as usize];
    let mut at = start.max(0) as usize;
    std::iter::from_fn(move || {
        while at < text.len() {
            let (start, first) = (at, text[at].code());
            let blank = is_blank(first);
            if blank || is_wide_break(first) {
                at = if blank { skip(text, at, is_blank) } else { skip(text, at, is_wide_break) };
                return Some(Break { start, stop: at, blank });
            }
            at += 1;
        }
        None
    })
}
