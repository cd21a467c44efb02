//! Where is a text cut, so that a passage of it needn't be read from the text's beginning? What
//! `write/checkpoints.py` says.

use crate::characters::{class, BLANK};
use crate::texts::Unit;

/// A checkpoint at least every so many characters.
const CHECKPOINT: usize = 256;

/// A stretch of a section's text, in prose or in code.
pub struct Stretch {
    pub start: usize,
    pub stop: usize,
    pub is_code: bool,
}

/// A section's text cut at checkpoints; `code` is where each block of code begins and ends.
pub fn stretches<U: Unit>(text: &[U], code: &[usize]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let (mut start, mut is_code) = (0, false);
    for &stop in code.iter().chain([&text.len()]) {
        cut(&mut found, text, start, stop, is_code);
        (start, is_code) = (stop, !is_code);
    }
    found
}

fn cut<U: Unit>(found: &mut Vec<Stretch>, text: &[U], mut start: usize, stop: usize, is_code: bool) {
    while stop.saturating_sub(start) > CHECKPOINT {
        let earliest = start + CHECKPOINT;
        let near = &text[earliest..stop.min(earliest + CHECKPOINT)];
        let sign = near.iter().position(|unit| is_cut(unit.code()));
        let Some(sign) = sign.or_else(|| text[earliest..stop].iter().position(|unit| is_seam(unit.code()))) else {
            break;
        };
        let end = earliest + sign + 1;
        found.push(Stretch { start, stop: end, is_code });
        start = end;
    }
    if start < stop {
        found.push(Stretch { start, stop, is_code });
    }
}

fn is_cut(c: u32) -> bool {
    class(c) & BLANK != 0 || char::from_u32(c).is_some_and(|c| "。，；！？、".contains(c))
}

fn is_seam(c: u32) -> bool {
    is_cut(c) || char::from_u32(c).is_some_and(|c| "/=()[]{}<>&|\";:$%*@\\^".contains(c))
}
