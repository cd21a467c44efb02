//! How close do words of a query stand together? `proximity` and `densest` of `results/rerank.py`.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::guard::guarded;

const MAX_DISTANCE: u32 = 7;
const WINDOW: u32 = 25;
const REPEATED: f64 = 0.1;
const OCCURRENCES: usize = 100;

#[pyfunction]
pub fn proximity(py: Python<'_>, first: Vec<u32>, second: Vec<u32>) -> PyResult<f64> {
    guarded(py, || Ok(closeness(&first, &second)))
}

fn closeness(first: &[u32], second: &[u32]) -> f64 {
    let (few, many, earlier, later) =
        if first.len() <= second.len() { (first, second, 1, 0) } else { (second, first, 0, 1) };
    let mut best = MAX_DISTANCE + 1;
    for &position in few {
        let at = many.partition_point(|&other| other < position);
        if at > 0 {
            best = best.min(position - many[at - 1] + earlier);
        }
        // Two words of one stem may stand at one place.
        if let Some(next) = many[at..].iter().find(|&&other| other > position) {
            best = best.min(next - position + later);
        }
        if best == 1 {
            break;
        }
    }
    if best <= MAX_DISTANCE {
        1.0 / f64::from(best)
    } else {
        0.0
    }
}

/// Where a leaf's word stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    position: u32,
    leaf: usize,
}

#[pyfunction]
pub fn densest(
    py: Python<'_>,
    positions_of: &Bound<'_, PyDict>,
    leaf_weights: Vec<f64>,
    otherwise: u32,
) -> PyResult<u32> {
    guarded(py, || {
        let mut words = Vec::new();
        for (leaf, positions) in positions_of.iter() {
            let (leaf, positions): (usize, Vec<u32>) = (leaf.extract()?, positions.extract()?);
            if positions_of.len() < 2 {
                return Ok(positions.first().copied().unwrap_or(otherwise));
            }
            words.extend(positions.into_iter().take(OCCURRENCES).map(|position| Word { position, leaf }));
        }
        words.sort_unstable();
        Ok(heaviest(densest_window(&words, &leaf_weights), &leaf_weights).map_or(otherwise, |word| word.position))
    })
}

/// The words of the window that holds the most telling of them all.
fn densest_window<'a>(words: &'a [Word], leaf_weights: &[f64]) -> &'a [Word] {
    let mut counts = vec![0; leaf_weights.len()];
    let worth = |word: Word, others: u32| leaf_weights[word.leaf] * if others > 0 { REPEATED } else { 1.0 };
    let (mut value, mut most, mut oldest, mut best) = (0.0, 0.0, 0, 0..1);
    for (newest, &word) in words.iter().enumerate() {
        value += worth(word, counts[word.leaf]);
        counts[word.leaf] += 1;
        while word.position - words[oldest].position > WINDOW {
            let left = words[oldest];
            counts[left.leaf] -= 1;
            value -= worth(left, counts[left.leaf]);
            oldest += 1;
        }
        if value > most * 1.000001 {
            (most, best) = (value, oldest..newest + 1);
        }
    }
    words.get(best).unwrap_or_default()
}

/// The first of those that weigh most.
fn heaviest(words: &[Word], leaf_weights: &[f64]) -> Option<Word> {
    let heavier = |one: Word, other: Word| if leaf_weights[other.leaf] > leaf_weights[one.leaf] { other } else { one };
    words.iter().copied().reduce(heavier)
}
