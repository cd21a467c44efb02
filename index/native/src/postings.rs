//! How do the occurrences of words become the columns of posting lists? What `write/posting_columns.py` says, for
//! narrow segments: an occurrence is post << 16 | position, or post << 16 | field code.

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use rustc_hash::FxHashMap;

use crate::arrays::array;
use crate::guard::guarded;
use crate::impacts::Impacts;

/// What postings depend on: `PostingParameters` of `write/posting_columns.py`, in its order.
#[derive(FromPyObject)]
pub struct Parameters(Vec<Vec<f64>>, Vec<f64>, f64, f64, usize, u32, usize, usize);

/// Posting lists, added one after the other.
pub struct Postings {
    impacts: Impacts,
    title: u32,
    list_postings: Vec<u16>,
    doc_ids: Vec<u16>,
    impact_bytes: Vec<u8>,
    positions: Vec<u16>,
    /// Per posting: how many occurrences it has, 255 where `large_term_freqs` says it.
    term_freqs: Vec<u8>,
    /// Pairs: posting, its occurrences.
    large_term_freqs: Vec<[u32; 2]>,
    lists_per_skip: usize,
    skip_postings: Vec<u32>,
    postings_per_skip: usize,
    skip_positions: Vec<u32>,
    title_lists: Vec<u32>,
    title_list_first: Vec<u32>,
    title_docs: Vec<u16>,
}

impl Postings {
    pub fn new(parameters: Parameters) -> Self {
        let Parameters(norms, weights, field_saturation, scale, body, title, lists_per_skip, postings_per_skip) =
            parameters;
        Postings {
            impacts: Impacts::new(norms, weights, field_saturation, scale, body),
            title,
            list_postings: Vec::new(),
            doc_ids: Vec::new(),
            impact_bytes: Vec::new(),
            positions: Vec::new(),
            term_freqs: Vec::new(),
            large_term_freqs: Vec::new(),
            lists_per_skip,
            skip_postings: Vec::new(),
            postings_per_skip,
            skip_positions: Vec::new(),
            title_lists: Vec::new(),
            title_list_first: Vec::new(),
            title_docs: Vec::new(),
        }
    }

    /// Add a list: its occurrences, one or more, ascending; those outside of bodies; whether titles are made of such
    /// words. Returns in how many posts they stand.
    pub fn add(&mut self, occurrences: &[u32], outside_body: Vec<u32>, titled: bool) -> u16 {
        let first = self.doc_ids.len();
        if self.list_postings.len() % self.lists_per_skip == 0 {
            self.skip_postings.push(first as u32);
        }
        let (mut doc, mut start) = (u32::MAX, self.positions.len());
        for &occurrence in occurrences {
            if occurrence >> 16 != doc {
                if doc != u32::MAX {
                    self.end_posting(doc, start);
                }
                (doc, start) = (occurrence >> 16, self.positions.len());
            }
            self.positions.push(occurrence as u16);
        }
        if doc != u32::MAX {
            self.end_posting(doc, start);
        }
        let posts = (self.doc_ids.len() - first) as u16;
        self.list_postings.push(posts);
        if !outside_body.is_empty() {
            self.weigh_fields(first, outside_body, titled);
        }
        posts
    }

    /// How many there are.
    pub fn lists(&self) -> u32 {
        self.list_postings.len() as u32
    }

    /// The occurrences of a posting are there: those from `start` on.
    #[inline]
    fn end_posting(&mut self, doc: u32, start: usize) {
        let (posting, doc, count) = (self.doc_ids.len(), doc as u16, (self.positions.len() - start) as u32);
        if posting % self.postings_per_skip == 0 {
            self.skip_positions.push(start as u32);
        }
        if count >= 255 {
            self.large_term_freqs.push([posting as u32, count]);
        }
        self.term_freqs.push(count.min(255) as u8);
        self.doc_ids.push(doc);
        self.impact_bytes.push(self.impacts.of_body(doc, count));
    }

    /// Give the postings of the last list, those from `first` on, the impact of all fields, and note the titles.
    fn weigh_fields(&mut self, first: usize, mut outside_body: Vec<u32>, titled: bool) {
        let titles_before = self.title_docs.len();
        outside_body.sort_by_key(|occurrence| occurrence >> 16); // stable: sums of floats depend on the order
        for here in outside_body.chunk_by(|a, b| a >> 16 == b >> 16) {
            let doc = (here[0] >> 16) as u16;
            let fields = counted(here);
            let posting = first + self.doc_ids[first..].partition_point(|&other| other < doc);
            let count = self.count(posting);
            self.impact_bytes[posting] = self.impacts.of_fields(doc, count, &fields);
            if titled && fields.iter().any(|&(code, _)| code == self.title as usize) {
                self.title_docs.push(doc);
            }
        }
        if self.title_docs.len() > titles_before {
            self.title_lists.push(self.list_postings.len() as u32 - 1);
            self.title_list_first.push(titles_before as u32);
        }
    }

    fn count(&self, posting: usize) -> u32 {
        match self.term_freqs[posting] {
            255 => {
                let at = self.large_term_freqs.partition_point(|&[other, _]| (other as usize) < posting);
                self.large_term_freqs[at][1]
            }
            few => few.into(),
        }
    }

    /// Per title coverage: the share of the title's words that one is, rounded down, so that those of a title add up
    /// to no more than a byte holds.
    fn title_coverage(&self) -> Vec<u8> {
        let mut words: FxHashMap<u16, usize> = FxHashMap::default();
        for &doc in &self.title_docs {
            *words.entry(doc).or_default() += 1;
        }
        self.title_docs.iter().map(|doc| (255 / words[doc]) as u8).collect()
    }

    /// The columns by name. Each is given up as soon as Python has its copy.
    pub fn columns<'py>(mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let coverage = self.title_coverage();
        self.title_list_first.push(self.title_docs.len() as u32);
        let columns = PyDict::new(py);
        columns.set_item("list_postings", array(py, &self.list_postings)?)?;
        columns.set_item("skip_postings", array(py, &self.skip_postings)?)?;
        columns.set_item("positions", array(py, &std::mem::take(&mut self.positions))?)?;
        columns.set_item("doc_ids", array(py, &std::mem::take(&mut self.doc_ids))?)?;
        columns.set_item("impacts", PyBytes::new(py, &std::mem::take(&mut self.impact_bytes)))?;
        columns.set_item("term_freqs", PyBytes::new(py, &self.term_freqs))?;
        columns.set_item("large_term_freqs", array(py, self.large_term_freqs.as_flattened())?)?;
        columns.set_item("skip_positions", array(py, &self.skip_positions)?)?;
        columns.set_item("title_lists", array(py, &self.title_lists)?)?;
        columns.set_item("title_list_first", array(py, &self.title_list_first)?)?;
        columns.set_item("title_coverage_doc", array(py, &self.title_docs)?)?;
        columns.set_item("title_coverage", PyBytes::new(py, &coverage))?;
        Ok(columns)
    }
}

/// The field codes of occurrences in the order in which they come first, with how often each comes.
fn counted(occurrences: &[u32]) -> Vec<(usize, u32)> {
    let mut fields: Vec<(usize, u32)> = Vec::new();
    for code in occurrences.iter().map(|occurrence| (occurrence & 0xffff) as usize) {
        match fields.iter_mut().find(|(other, _)| *other == code) {
            Some((_, times)) => *times += 1,
            None => fields.push((code, 1)),
        }
    }
    fields
}

/// `Postings` as Python has them, until their columns were asked for or a fault left them half done.
#[pyclass]
pub struct PostingColumns(Option<Postings>);

#[pymethods]
impl PostingColumns {
    #[new]
    fn new(py: Python<'_>, parameters: Parameters) -> PyResult<Self> {
        guarded(py, || Ok(PostingColumns(Some(Postings::new(parameters)))))
    }

    fn add(
        &mut self,
        py: Python<'_>,
        occurrences: PyBuffer<u32>,
        outside_body: &Bound<'_, PyAny>,
        titled: bool,
    ) -> PyResult<()> {
        guarded(py, || {
            let outside_body = outside_body.try_iter()?.map(|item| item?.extract()).collect::<PyResult<Vec<u32>>>()?;
            let mut postings = self.take();
            postings.add(&occurrences.to_vec(py)?, outside_body, titled);
            self.0 = Some(postings);
            Ok(())
        })
    }

    fn columns<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        guarded(py, || self.take().columns(py))
    }
}

impl PostingColumns {
    fn take(&mut self) -> Postings {
        self.0.take().expect("these lists have given their columns, or a fault came between")
    }
}
