//! In which posts do several words stand side by side? `read/phrases.py`.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::buffers::numbers_of;
use crate::guard::guarded;
use crate::stored_occurrences::{Columns, List, ListPart, Occurrences};

/// `phrases.side_by_side`
#[pyfunction]
#[pyo3(signature = (occurrences, words, among, /))]
pub fn side_by_side<'py>(
    py: Python<'py>,
    occurrences: &Bound<'py, Occurrences>,
    words: Vec<Vec<ListPart>>,
    among: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    guarded(py, || {
        let columns = occurrences.get().read()?;
        let words = words.iter().map(|parts| Word::of(&columns, parts)).collect::<PyResult<Vec<_>>>()?;
        let mut order: Vec<usize> = (0..words.len()).collect();
        order.sort_by_key(|&step| words[step].posts);
        let docs = match among {
            Some(docs) => numbers_of(&docs)?,
            None => words[order[0]].docs(&columns)?,
        };
        let starts_in = PyDict::new(py);
        for doc in docs {
            let starts = starts(&words, &order, doc)?;
            if !starts.is_empty() {
                starts_in.set_item(doc, starts)?;
            }
        }
        Ok(starts_in)
    })
}

/// Where a phrase begins in a post, ascending, each once; the rarest of its words is looked at first.
fn starts(words: &[Word], order: &[usize], doc: usize) -> PyResult<Vec<usize>> {
    let first = order[0];
    let mut starts = words[first].positions(doc)?;
    starts.retain(|&position| position >= first);
    starts.iter_mut().for_each(|position| *position -= first);
    for &step in &order[1..] {
        if starts.is_empty() {
            break;
        }
        let positions = words[step].positions(doc)?;
        let mut left = positions.as_slice();
        starts.retain(|start| {
            left = &left[left.partition_point(|&position| position < start + step)..];
            left.first() == Some(&(start + step))
        });
    }
    starts.dedup();
    Ok(starts)
}

/// A word of a phrase: one of several lists, which have so many postings.
struct Word<'a> {
    lists: Vec<List<'a>>,
    parts: &'a [ListPart],
    posts: usize,
}

impl<'a> Word<'a> {
    fn of(columns: &'a Columns<'a>, parts: &'a [ListPart]) -> PyResult<Self> {
        let lists = parts.iter().map(|part| columns.list(part)).collect::<PyResult<_>>()?;
        Ok(Self { lists, parts, posts: parts.iter().map(|part| part.postings().len()).sum() })
    }

    /// The posts that may have it, ascending.
    fn docs(&self, columns: &Columns<'_>) -> PyResult<Vec<usize>> {
        let mut docs = Vec::new();
        for part in self.parts {
            docs.append(&mut columns.docs.range(part.postings())?);
        }
        docs.sort_unstable();
        docs.dedup();
        Ok(docs)
    }

    /// Where it stands in a post, ascending.
    fn positions(&self, doc: usize) -> PyResult<Vec<usize>> {
        let mut positions = Vec::new();
        for list in &self.lists {
            positions.append(&mut list.positions(doc)?);
        }
        positions.sort_unstable();
        Ok(positions)
    }
}
