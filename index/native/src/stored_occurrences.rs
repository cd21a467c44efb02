//! At which positions of a post does a stored word stand? `read/occurrences.py`, over the columns where they lie.

use std::ops::Range;

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::buffers::{numbers_of, Column, Numbers};
use crate::guard::guarded;

/// As `columns.POSTINGS_PER_SKIP`.
const POSTINGS_PER_SKIP: usize = 64;
/// What stands for a count that `large_term_freqs` has.
const LARGE: usize = 255;

/// `occurrences.PureOccurrences`
#[pyclass(frozen, module = "postdex_native")]
pub struct Occurrences {
    docs: Column,
    counts: Column,
    /// Postings with their counts, ascending.
    large_counts: Vec<(usize, usize)>,
    skips: Column,
    positions: Column,
}

/// A stored list: its postings, and a byte for each of its occurrences, or nothing where all are meant.
#[derive(FromPyObject)]
pub struct ListPart(usize, usize, PyBackedBytes);

impl ListPart {
    pub fn postings(&self) -> Range<usize> {
        self.0..self.1
    }
}

#[pymethods]
impl Occurrences {
    #[new]
    #[pyo3(signature = (docs, counts, large_counts, skips, positions, /))]
    fn new(
        py: Python<'_>,
        docs: Column,
        counts: Column,
        large_counts: Bound<'_, PyAny>,
        skips: Column,
        positions: Column,
    ) -> PyResult<Self> {
        guarded(py, || {
            let large_counts = numbers_of(&large_counts)?.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            Ok(Self { docs, counts, large_counts, skips, positions })
        })
    }

    #[pyo3(signature = (start, stop, /))]
    fn posts(&self, py: Python<'_>, start: usize, stop: usize) -> PyResult<Vec<usize>> {
        guarded(py, || self.docs.numbers()?.range(start..stop))
    }

    #[pyo3(signature = (posting, /))]
    fn offset(&self, py: Python<'_>, posting: usize) -> PyResult<(usize, usize)> {
        guarded(py, || self.read()?.offset(posting).map(|found| (found.start, found.end)))
    }

    #[pyo3(signature = (start, stop, /))]
    fn offsets(&self, py: Python<'_>, start: usize, stop: usize) -> PyResult<Vec<usize>> {
        guarded(py, || self.read()?.offsets(start..stop))
    }

    #[pyo3(signature = (start, stop, /))]
    fn between(&self, py: Python<'_>, start: usize, stop: usize) -> PyResult<Vec<usize>> {
        guarded(py, || self.positions.numbers()?.range(start..stop))
    }

    #[pyo3(signature = (start, stop, doc_id, /))]
    fn in_post(&self, py: Python<'_>, start: usize, stop: usize, doc_id: usize) -> PyResult<Vec<usize>> {
        guarded(py, || {
            let columns = self.read()?;
            match columns.find(start..stop, doc_id)? {
                Some(posting) => columns.positions.range(columns.offset(posting)?),
                None => Ok(Vec::new()),
            }
        })
    }

    #[pyo3(signature = (part, docs, /))]
    fn in_posts(&self, py: Python<'_>, part: ListPart, docs: Option<Bound<'_, PyAny>>) -> PyResult<Vec<Vec<usize>>> {
        guarded(py, || {
            let columns = self.read()?;
            let docs = match docs {
                Some(docs) => numbers_of(&docs)?,
                None => columns.docs.range(part.postings())?,
            };
            let list = columns.list(&part)?;
            docs.into_iter().map(|doc| list.positions(doc)).collect()
        })
    }
}

impl Occurrences {
    pub fn read(&self) -> PyResult<Columns<'_>> {
        Ok(Columns {
            docs: self.docs.numbers()?,
            counts: self.counts.numbers()?,
            large_counts: &self.large_counts,
            skips: self.skips.numbers()?,
            positions: self.positions.numbers()?,
        })
    }
}

/// The columns, ready to be read.
pub struct Columns<'a> {
    pub docs: Numbers<'a>,
    counts: Numbers<'a>,
    large_counts: &'a [(usize, usize)],
    skips: Numbers<'a>,
    pub positions: Numbers<'a>,
}

impl<'a> Columns<'a> {
    /// The posting of a post in a list, if it has one.
    fn find(&self, postings: Range<usize>, doc: usize) -> PyResult<Option<usize>> {
        let stop = postings.end;
        let posting = self.docs.bisect_left(doc, postings)?;
        Ok((posting < stop && self.docs.get(posting)? == doc).then_some(posting))
    }

    /// Where the occurrences of a posting lie.
    fn offset(&self, posting: usize) -> PyResult<Range<usize>> {
        let first = posting / POSTINGS_PER_SKIP * POSTINGS_PER_SKIP;
        let mut start = self.skips.get(posting / POSTINGS_PER_SKIP)? + self.counts.sum(first..posting)?;
        let mut count = self.counts.get(posting)?;
        for &(large, exact) in self.large_from(first).iter().take_while(|(large, _)| *large <= posting) {
            if large == posting {
                count = exact;
            } else {
                start += exact.saturating_sub(LARGE);
            }
        }
        Ok(start..start + count)
    }

    /// Where the occurrences of each of these postings begin, and those of the last end.
    fn offsets(&self, postings: Range<usize>) -> PyResult<Vec<usize>> {
        let mut counts = self.counts.range(postings.clone())?;
        for &(large, exact) in self.large_from(postings.start).iter().take_while(|(large, _)| *large < postings.end) {
            counts[large - postings.start] = exact;
        }
        let mut offsets = vec![self.offset(postings.start)?.start];
        for count in counts {
            offsets.push(offsets[offsets.len() - 1] + count);
        }
        Ok(offsets)
    }

    /// The large counts from a posting on.
    fn large_from(&self, posting: usize) -> &'a [(usize, usize)] {
        &self.large_counts[self.large_counts.partition_point(|(large, _)| *large < posting)..]
    }

    pub fn list<'b>(&'b self, part: &'b ListPart) -> PyResult<List<'b>> {
        let origin = if part.2.is_empty() { 0 } else { self.offset(part.0)?.start };
        Ok(List { columns: self, part, origin })
    }
}

/// A part of a list; `origin` is where the occurrences begin that the flags are for.
pub struct List<'a> {
    columns: &'a Columns<'a>,
    part: &'a ListPart,
    origin: usize,
}

impl List<'_> {
    /// The positions in a post, ascending; none if it has none.
    pub fn positions(&self, doc: usize) -> PyResult<Vec<usize>> {
        let Some(posting) = self.columns.find(self.part.postings(), doc)? else {
            return Ok(Vec::new());
        };
        let span = self.columns.offset(posting)?;
        let mut positions = self.columns.positions.range(span.clone())?;
        if !self.part.2.is_empty() {
            let flags =
                span.start.checked_sub(self.origin).and_then(|start| self.part.2.get(start..start + span.len()));
            let mut flags =
                flags.ok_or_else(|| PyIndexError::new_err("a list has more occurrences than forms"))?.iter();
            positions.retain(|_| flags.next().is_some_and(|&flag| flag > 0));
        }
        Ok(positions)
    }
}
