//! What does a snippet say? Places of a passage as one clean text, where its marks stand, and on which line:
//! `_joined` of `results/snippets.py`, `heaviest` of `results/mark_groups.py`, `printable` of `text_safety.py`.

use crate::characters::{class, ALNUM, BLANK, PRINTABLE};
use crate::passages::{Mark, Passage, Place};
use crate::sentences::{is_blank, skip};

use crate::texts::Unit;

const ELLIPSIS: u32 = '…' as u32;
const SPACE: u32 = ' ' as u32;
/// What stands between two places.
pub const GAP: [u32; 3] = [SPACE, ELLIPSIS, SPACE];
/// Of which a text may have no ellipsis behind it.
const ENDS: [char; 7] = ['.', '!', '?', '…', '。', '！', '？'];
/// `model.SOFT_BREAK` and `model.INCLUDED_BREAK`
const SOFT_BREAK: u32 = 0xb;
const INCLUDED_BREAK: u32 = 0x2028;
const NEWLINE: u32 = '\n' as u32;
/// Characters that may stand between two words that stand together.
const APART: isize = 6;

/// A text to show, its marks as (start, length), and the file's line.
pub struct Shown {
    pub text: Vec<u32>,
    pub spans: Vec<(isize, isize)>,
    pub line: isize,
}

/// The places as one clean text; the line is that of what stands `around` there, otherwise of the heaviest mark.
pub fn joined<U: Unit>(passage: &Passage<U>, places: &[Place], around: Option<Place>) -> Shown {
    let Passage { text, bounds, .. } = passage;
    let (mut shown, mut spans, mut shown_marks) = (Vec::new(), Vec::new(), Vec::new());
    let is_bound = |at: isize| bounds.binary_search(&at).is_ok();
    let mut begin = places[0].start;
    for place in places {
        let inside = marks_in(&passage.marks, *place);
        shown_marks.extend_from_slice(&inside);
        begin = behind_noise(text, *place);
        if !shown.is_empty() {
            shown.extend(GAP);
        } else if !is_bound(place.start) || (passage.cut_start && place.start == bounds[0]) {
            shown.push(ELLIPSIS);
        }
        let offset = shown.len() as isize;
        let cleaned = cleaned(text, Place { start: begin, stop: place.stop }, &merged(&inside));
        shown.extend(cleaned.text);
        spans.extend(cleaned.spans.into_iter().map(|(at, length)| (offset + at, length)));
    }
    let first = match around {
        Some(around) if !passage.marks.is_empty() => around.start,
        _ => first_shown(passage, &shown_marks, begin, !spans.is_empty()),
    };
    let end = places[places.len() - 1].stop;
    let goes_on = if end == text.len() as isize { passage.cut_stop } else { !is_bound(end) };
    if goes_on && !shown.last().is_some_and(|&last| ENDS.iter().any(|&end| end as u32 == last)) {
        shown.push(ELLIPSIS);
    }
    Shown { text: shown, spans, line: passage.line + lines(text, 0, first) }
}

/// What the line of a snippet is that of: the heaviest mark, or where it begins if it has none.
fn first_shown<U: Unit>(passage: &Passage<U>, marks: &[Mark], begin: isize, marked: bool) -> isize {
    if !marked {
        return begin;
    }
    let (first, last) = (marks[0].start, marks[marks.len() - 1].start);
    if lines(passage.text, first, last) == 0 {
        return first;
    }
    heaviest(passage.text, marks, passage.leaf_weights)
}

/// The marks of a place; of a word longer than the room what is shown of it.
fn marks_in(marks: &[Mark], place: Place) -> Vec<Mark> {
    let inside: Vec<Mark> =
        marks.iter().filter(|mark| place.start <= mark.start && mark.stop <= place.stop).copied().collect();
    if !inside.is_empty() {
        return inside;
    }
    let begins = |mark: &&Mark| (place.start..place.stop).contains(&mark.start);
    marks.iter().filter(begins).map(|mark| Mark { stop: place.stop, ..*mark }).collect()
}

/// Where a place begins without the blanks and the bars of tables at its beginning.
fn behind_noise<U: Unit>(text: &[U], place: Place) -> isize {
    let stop = place.stop.clamp(0, text.len() as isize) as usize;
    let start = (place.start.max(0) as usize).min(stop);
    skip(&text[..stop], start, |c| is_blank(c) || c == '|' as u32) as isize
}

/// Where marks stand; those that overlap or touch are one.
fn merged(marks: &[Mark]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for mark in marks {
        match places.last_mut() {
            Some(last) if mark.start <= last.stop => last.stop = last.stop.max(mark.stop),
            _ => places.push(Place { start: mark.start, stop: mark.stop }),
        }
    }
    places
}

/// The lines of the file that end in text[start:stop].
fn lines<U: Unit>(text: &[U], start: isize, stop: isize) -> isize {
    slice(text, start, stop).iter().filter(|unit| matches!(unit.code(), NEWLINE | SOFT_BREAK)).count() as isize
}

fn slice<T>(text: &[T], start: isize, stop: isize) -> &[T] {
    let stop = stop.clamp(0, text.len() as isize) as usize;
    &text[(start.max(0) as usize).min(stop)..stop]
}

struct Cleaned {
    text: Vec<u32>,
    spans: Vec<(isize, isize)>,
}

/// A place without control characters, every run of blanks one blank, and where its marks are in it.
fn cleaned<U: Unit>(text: &[U], place: Place, inside: &[Place]) -> Cleaned {
    let broken = |c: u32| matches!(c, SOFT_BREAK | NEWLINE | INCLUDED_BREAK);
    let plain: Vec<u32> = slice(text, place.start, place.stop)
        .iter()
        .map(|unit| if broken(unit.code()) { SPACE } else { unit.code() })
        .collect();
    let clean = plain.iter().all(|&c| class(c) & PRINTABLE != 0) && !plain.windows(2).any(|two| two == [SPACE; 2]);
    let mut made = if clean { stripped(plain, place.start, inside) } else { squeezed(&plain, place.start, inside) };
    while made.text.last() == Some(&SPACE) {
        made.text.pop();
    }
    made
}

/// A clean text without the blanks before it.
fn stripped(plain: Vec<u32>, start: isize, inside: &[Place]) -> Cleaned {
    let blanks = plain.iter().take_while(|&&c| c == SPACE).count();
    let start = start + blanks as isize;
    let spans = inside.iter().map(|mark| (mark.start - start, mark.stop - mark.start)).collect();
    Cleaned { text: plain[blanks..].to_vec(), spans }
}

/// Any other text, piece by piece: what stands before each mark, the mark, and what comes behind the last.
fn squeezed(plain: &[u32], start: isize, inside: &[Place]) -> Cleaned {
    let mut made = Cleaned { text: Vec::new(), spans: Vec::new() };
    let mut done = 0;
    for mark in inside {
        let (at, stop) = (mark.start - start, mark.stop - start);
        add(&mut made.text, slice(plain, done, at), true);
        let before = made.text.len() as isize;
        add(&mut made.text, slice(plain, at, stop), false);
        let length = made.text.len() as isize - before;
        match made.spans.last_mut() {
            _ if length == 0 => {}
            Some((at, last)) if *at + *last == before => *last += length, // what stood between is not shown
            _ => made.spans.push((before, length)),
        }
        done = stop;
    }
    add(&mut made.text, slice(plain, done, plain.len() as isize), true);
    made
}

/// Add what is printable of a piece, every run of blanks as one; none `after_blank` if one stands there already, or at
/// the beginning.
fn add(text: &mut Vec<u32>, piece: &[u32], after_blank: bool) {
    let mut blank = after_blank && text.last().is_none_or(|&last| last == SPACE);
    for c in piece.iter().filter_map(|&c| printable(c)) {
        if !(blank && c == SPACE) {
            text.push(c);
        }
        blank = c == SPACE;
    }
}

/// A character as it is shown: none of what nobody sees, each blank a plain one, U+FFFD for a lone surrogate.
fn printable(character: u32) -> Option<u32> {
    match character {
        0..=0x08 | 0x0e..=0x1b | 0x7f..=0x84 | 0x86..=0x9f => None,
        0x061c | 0x180e | 0x200b | 0x200e | 0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff => None,
        0xfff9..=0xfffb | 0xe_0000..=0xe_00ff | 0xe_01f0..=0xe_0fff => None,
        0xd800..=0xdfff => Some(0xfffd),
        _ if class(character) & BLANK != 0 => Some(SPACE),
        _ => Some(character),
    }
}

/// Where the heaviest mark stands, among those that stand together and are worth most, each word once.
fn heaviest<U: Unit>(text: &[U], marks: &[Mark], leaf_weights: &[f64]) -> isize {
    let (mut best, mut most, mut end) = (marks[0].start, -1.0, 0);
    let (mut place, mut heavy, mut value) = (best, -1.0, 0.0);
    let mut seen_leaves: Vec<usize> = Vec::new();
    for mark in marks {
        if mark.start > end && is_apart(text, end, mark.start) {
            (heavy, value) = (-1.0, 0.0);
            seen_leaves.clear();
        }
        if !seen_leaves.contains(&mark.leaf) {
            seen_leaves.push(mark.leaf);
            let weight = leaf_weights[mark.leaf];
            value += weight;
            if weight > heavy {
                (place, heavy) = (mark.start, weight);
            }
            if value > most {
                (best, most) = (place, value);
            }
        }
        end = mark.stop;
    }
    best
}

/// Whether a word stands between two marks, in text[start:stop], or more than a few signs.
fn is_apart<U: Unit>(text: &[U], start: isize, stop: isize) -> bool {
    stop - start > APART || slice(text, start, stop).iter().any(|unit| class(unit.code()) & ALNUM != 0)
}
