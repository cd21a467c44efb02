//! How many slips lie between two words? `text/edit_distance.py`.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::guard::guarded;
use crate::texts::Unit;
use crate::with_units;

/// `edit_distance.edit_distance`
#[pyfunction]
#[pyo3(signature = (word, other, most, /))]
pub fn edit_distance(
    py: Python<'_>,
    word: &Bound<'_, PyString>,
    other: &Bound<'_, PyString>,
    most: usize,
) -> PyResult<usize> {
    guarded(py, || {
        let mut rows = Rows::default();
        Ok(with_units!(word, word => with_units!(other, other => slips(word, other, most, &mut rows))))
    })
}

/// `edit_distance.words_near`
#[pyfunction]
#[pyo3(signature = (word, lines, most, /))]
pub fn words_near<'a>(py: Python<'_>, word: &str, lines: &'a [u8], most: usize) -> PyResult<Vec<(&'a str, usize)>> {
    guarded(py, || {
        let (word, mut rows) = (word.chars().map(u32::from).collect::<Vec<_>>(), Rows::default());
        let (mut key, mut near) = (Vec::new(), Vec::new());
        // In bytes: a character has four at most.
        let (shortest, longest) = (word.len().saturating_sub(most), 4 * (word.len() + most));
        for line in lines.split(|&byte| byte == b'\n') {
            if line.is_empty() || line.len() < shortest || line.len() > longest {
                continue;
            }
            let text = std::str::from_utf8(line).map_err(|error| PyValueError::new_err(error.to_string()))?;
            let distance = if text.is_ascii() {
                slips(&word, line, most, &mut rows)
            } else {
                key.clear();
                key.extend(text.chars().map(u32::from));
                slips(&word, &key, most, &mut rows)
            };
            if distance <= most {
                near.push((text, distance));
            }
        }
        near.sort_unstable();
        near.dedup();
        Ok(near)
    })
}

/// The rows of a table, used again for each word.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    above: Vec<usize>,
    row: Vec<usize>,
}

/// The number of slips between two words, or `most` + 1 if it is more.
fn slips<U: Unit, V: Unit>(word: &[U], other: &[V], most: usize, rows: &mut Rows) -> usize {
    // Each slip brings in one letter at most, and loses one: cheaper to see than the slips themselves.
    if word.len().abs_diff(other.len()) > most || letters_apart(word, other) > most {
        return most + 1;
    }
    // What is equal at both ends needs no table.
    let start = word.iter().zip(other).take_while(|(x, y)| x.code() == y.code()).count();
    let (word, other) = (&word[start..], &other[start..]);
    let stop = word.iter().rev().zip(other.iter().rev()).take_while(|(x, y)| x.code() == y.code()).count();
    table(&word[..word.len() - stop], &other[..other.len() - stop], most, rows)
}

/// How many kinds of letters one of two words has that the other has not, at least: letters are taken modulo 64.
fn letters_apart<U: Unit, V: Unit>(word: &[U], other: &[V]) -> usize {
    let (word, other) = (kinds(word), kinds(other));
    (word & !other).count_ones().max((other & !word).count_ones()) as usize
}

fn kinds<U: Unit>(letters: &[U]) -> u64 {
    letters.iter().fold(0, |kinds, letter| kinds | 1 << (letter.code() % 64))
}

fn table<U: Unit, V: Unit>(a: &[U], b: &[V], most: usize, rows: &mut Rows) -> usize {
    let Rows { before, above, row } = rows;
    above.clear();
    above.extend(0..=b.len());
    for i in 1..=a.len() {
        row.clear();
        row.push(i);
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1].code() != b[j - 1].code());
            let mut cost = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1].code() == b[j - 2].code() && a[i - 2].code() == b[j - 1].code() {
                cost = cost.min(before[j - 2] + 1);
            }
            row.push(cost);
        }
        if row.iter().all(|&cost| cost > most) && above.iter().all(|&cost| cost > most) {
            return most + 1;
        }
        std::mem::swap(before, above);
        std::mem::swap(above, row);
    }
    above[b.len()].min(most + 1)
}
