//! Which of the posts that match are among the best by their words? The loops of `read/candidates.py`, and of the impact rows that
//! it works on (`read/matcher.py`, `read/combined_postings.py`).

use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyInt};
use rustc_hash::FxHashSet;

use crate::buffers::numbers_of;
use crate::guard::guarded;

/// As in `scoring.py`.
const COVERAGE: f64 = 0.5;
/// As in `candidates.py`.
const STEP: f64 = 1.02;
const MAX_ROWS: usize = 100;

/// Base score, title share, post.
type Candidate = (f64, f64, usize);

/// `matcher.impact_row`
#[pyfunction]
#[pyo3(signature = (docs, impacts, posts, /))]
pub fn impact_row<'py>(
    py: Python<'py>,
    docs: &Bound<'py, PyAny>,
    impacts: &[u8],
    posts: usize,
) -> PyResult<(Bound<'py, PyBytes>, u8)> {
    guarded(py, || {
        let docs = numbers_of(docs)?;
        as_many(docs.len(), impacts.len())?;
        let most = impacts.iter().max().ok_or_else(|| PyValueError::new_err("there are no postings"))?;
        let row = PyBytes::new_with(py, posts, |row| {
            for (&doc, &impact) in docs.iter().zip(impacts) {
                *row.get_mut(doc).ok_or_else(no_such_post)? = impact;
            }
            Ok(())
        })?;
        Ok((row, *most))
    })
}

/// `combined_postings.max_impacts`
#[pyfunction]
#[pyo3(signature = (members, /))]
pub fn max_impacts<'py>(
    py: Python<'py>,
    members: Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>,
) -> PyResult<(Vec<usize>, Bound<'py, PyBytes>)> {
    guarded(py, || {
        let mut best: Vec<u8> = Vec::new();
        for (docs, impacts) in &members {
            let (docs, impacts) = (numbers_of(docs)?, numbers_of(impacts)?);
            as_many(docs.len(), impacts.len())?;
            let posts = docs.iter().max().map_or(0, |last| last + 1);
            best.resize(best.len().max(posts), 0);
            for (&doc, &impact) in docs.iter().zip(&impacts) {
                best[doc] = best[doc].max(impact as u8);
            }
        }
        let docs: Vec<usize> = (0..best.len()).filter(|&doc| best[doc] > 0).collect();
        best.retain(|&impact| impact > 0);
        Ok((docs, PyBytes::new(py, &best)))
    })
}

/// `candidates.best_candidates`
#[pyfunction]
#[pyo3(signature = (lanes, posts, rows, most, coverage, count, always, /))]
#[expect(clippy::too_many_arguments, reason = "those of the Python")]
pub fn best_candidates(
    py: Python<'_>,
    lanes: &Bound<'_, PyInt>,
    posts: usize,
    rows: Vec<(PyBackedBytes, f64)>,
    most: f64,
    coverage: &[u8],
    count: usize,
    always: FxHashSet<usize>,
) -> PyResult<Vec<Candidate>> {
    guarded(py, || {
        let lanes: PyBackedBytes = lanes.call_method1("to_bytes", (posts, "little"))?.extract()?;
        if rows.iter().any(|(row, _)| row.len() != posts) || ![0, posts].contains(&coverage.len()) {
            return Err(no_such_post());
        }
        let matches = Matches { lanes: &lanes, rows: &rows, coverage };
        let mut chosen = matches.reaching(most, count);
        for &doc in &always {
            *chosen.get_mut(doc).ok_or_else(no_such_post)? |= lanes[doc] > 0;
        }
        let mut scored: Vec<_> = (0..posts).filter(|&doc| chosen[doc]).map(|doc| matches.scored(doc)).collect();
        if scored.len() > count {
            let (floor, top) = (floor(&scored, count), top(&scored));
            scored.retain(|candidate| score(candidate) >= floor || candidate.0 == top || always.contains(&candidate.2));
        }
        Ok(scored)
    })
}

/// The posts that match, the impact rows of the leaves with their factors, and the title coverage or nothing.
struct Matches<'a> {
    lanes: &'a [u8],
    rows: &'a [(PyBackedBytes, f64)],
    coverage: &'a [u8],
}

impl Matches<'_> {
    fn scored(&self, doc: usize) -> Candidate {
        let base = self.rows.iter().fold(0.0, |base, (row, factor)| base + factor * f64::from(row[doc]));
        (base, self.coverage.get(doc).map_or(0.0, |&share| f64::from(share) / 255.0), doc)
    }

    /// Per post whether its upper bound can reach the best, or whether it matches where that's simpler.
    fn reaching(&self, most: f64, count: usize) -> Vec<bool> {
        let matching = self.lanes.iter().filter(|&&lane| lane > 0).count();
        if matching > count && most != 0.0 && self.rows.len() <= MAX_ROWS {
            let scale = (254 - self.rows.len()) as f64 / most / STEP;
            let upper = self.upper_bounds(scale);
            if let Some(reach) = self.reach(&upper, count, scale) {
                return upper.iter().enumerate().map(|(doc, &bound)| self.reaches(bound, doc, reach)).collect();
            }
        }
        self.lanes.iter().map(|&lane| lane > 0).collect()
    }

    /// Per post at least its score by this scale, at most 254; 0 where it does not match.
    fn upper_bounds(&self, scale: f64) -> Vec<u8> {
        let mut bounds = vec![0_u8; self.lanes.len()];
        for (row, factor) in self.rows.iter().filter(|(_, factor)| *factor != 0.0) {
            let table = table((factor * scale).ln());
            for (bound, &impact) in bounds.iter_mut().zip(row.iter()) {
                *bound = bound.wrapping_add(table[usize::from(impact)]);
            }
        }
        for (bound, lane) in bounds.iter_mut().zip(self.lanes) {
            *bound &= lane;
        }
        bounds
    }

    /// What a bound must reach; None if every post has to be scored.
    fn reach(&self, upper: &[u8], count: usize, scale: f64) -> Option<usize> {
        let least = threshold(upper, count);
        if least == 0 {
            return None;
        }
        let promising: Vec<_> =
            (0..upper.len()).filter(|&doc| upper[doc] >= least).map(|doc| self.scored(doc)).collect();
        let reach = (floor(&promising, count).min(top(&promising)) * scale) as usize;
        (reach > 1).then_some(reach)
    }

    /// Whether this bound, raised by as much of the title as was asked for, reaches what it must.
    fn reaches(&self, bound: u8, doc: usize, reach: usize) -> bool {
        let bound = usize::from(bound);
        if bound >= reach || self.coverage.is_empty() || self.coverage[doc] == 0 {
            return bound >= reach;
        }
        let least = ((reach as f64 / (1.0 + COVERAGE)) as usize).max(1);
        let raised = bound as f64 * (1.0 + COVERAGE / 255.0 * f64::from(self.coverage[doc]));
        bound >= least && raised >= reach as f64
    }
}

/// What so many of them score at least.
fn floor(scored: &[Candidate], count: usize) -> f64 {
    let mut scores: Vec<f64> = scored.iter().map(score).collect();
    *scores.select_nth_unstable_by(count - 1, |a, b| b.total_cmp(a)).1
}

fn score((base, share, _): &Candidate) -> f64 {
    base * (1.0 + COVERAGE * share)
}

/// The best base score.
fn top(scored: &[Candidate]) -> f64 {
    scored.iter().fold(0.0, |top, (base, _, _)| top.max(*base))
}

/// `candidates._table`, of the logarithm of the scale that it is for
fn table(logarithm: f64) -> [u8; 256] {
    let scale = STEP.powf((logarithm / STEP.ln()).ceil());
    let mut table = [0; 256];
    for (value, bound) in table.iter_mut().enumerate().skip(1) {
        *bound = ((scale * value as f64) as usize + 1).min(255) as u8;
    }
    table
}

/// `candidates.threshold`
fn threshold(row: &[u8], count: usize) -> u8 {
    let mut counts = [0_usize; 256];
    for &value in row {
        counts[usize::from(value)] += 1;
    }
    let mut reached = 0;
    for value in (1..=255_u8).rev() {
        reached += counts[usize::from(value)];
        if reached >= count {
            return value;
        }
    }
    0
}

fn as_many(docs: usize, impacts: usize) -> PyResult<()> {
    match docs == impacts {
        true => Ok(()),
        false => Err(PyValueError::new_err("there are not as many impacts as posts")),
    }
}

fn no_such_post() -> PyErr {
    PyIndexError::new_err("a posting names a post that the segment does not have")
}
