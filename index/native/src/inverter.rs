//! Where does each word of the posts stand? What `write/word_inverter.py` says, for narrow segments.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use rustc_hash::FxHashSet;

use crate::arrays::array;
use crate::characters::{is_spaceless, tokens};
use crate::checkpoints::stretches;
use crate::guard::guarded;
use crate::language::{Asked, Field, Language};
use crate::lists::{Lists, Words};
use crate::postings::{Parameters, Postings};
use crate::spellings::Spellings;
use crate::texts::Unit;
use crate::with_units;

/// No character before this one has a simplified form.
const FIRST_TRADITIONAL: u32 = 0x2e80;

/// How traditional Chinese is read as simplified.
struct Simplifying {
    /// `characters.traditional`, which takes a while, and what it said once it was asked.
    traditional: Py<PyAny>,
    characters: FxHashSet<u32>,
    /// `characters.simplified`.
    simplified: Py<PyAny>,
}

impl Simplifying {
    fn simplified<'py>(&mut self, py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
        if !with_units!(text, units => units.iter().any(|unit| unit.code() >= FIRST_TRADITIONAL)) {
            return Ok(text.clone());
        }
        if self.characters.is_empty() {
            let traditional: String = self.traditional.bind(py).call0()?.extract()?;
            self.characters = traditional.chars().map(u32::from).collect();
        }
        let is_traditional = |code: u32| code >= FIRST_TRADITIONAL && self.characters.contains(&code);
        if with_units!(text, units => units.iter().any(|unit| is_traditional(unit.code()))) {
            return Ok(self.simplified.bind(py).call1((text,))?.cast_into()?);
        }
        Ok(text.clone())
    }
}

/// The codes of fields that are read in their own ways.
struct Codes {
    body: usize,
    heading: usize,
    code: usize,
    addresses: Vec<usize>,
}

impl Codes {
    fn field(&self, code: usize) -> Field {
        Field {
            other: (code != self.body && code != self.code).then_some(code as u32),
            is_code: code == self.code,
            is_address: self.addresses.contains(&code),
        }
    }
}

/// The post that was begun.
#[derive(Default)]
struct Post {
    language: usize,
    number: u32,
    position: u32,
    /// How much text it has.
    offset: usize,
    /// By field code, in words.
    lengths: Vec<u32>,
}

/// Where everything stands, of all posts one after the other; what is `first` says for each post how many there were.
#[derive(Default)]
struct Places {
    end: Vec<u16>,
    span_first: Vec<u32>,
    span_start: Vec<u16>,
    span_code: Vec<u8>,
    section_first: Vec<u32>,
    section_start: Vec<u16>,
    section_body: Vec<u16>,
    section_offset: Vec<u32>,
    link_first: Vec<u32>,
    link_edge: Vec<u16>,
    checkpoint_first: Vec<u32>,
    checkpoint_position: Vec<u16>,
    checkpoint_offset: Vec<u32>,
}

/// The words of a segment's posts.
#[pyclass]
pub struct Inverter {
    asked: Asked,
    simplifying: Option<Simplifying>,
    codes: Codes,
    pub languages: Vec<Language>,
    /// In texts and in addresses.
    spellings: [Spellings; 2],
    /// By field code, of each post.
    pub lengths: Vec<Vec<u16>>,
    places: Places,
    post: Post,
    /// Whether work was begun that did not come to its end.
    is_broken: bool,
}

#[pymethods]
impl Inverter {
    #[new]
    fn new(
        terms_at: Py<PyAny>,
        run_text: Py<PyAny>,
        simplifying: Option<(Py<PyAny>, Py<PyAny>)>,
        fields: (usize, usize, usize),
        addresses: Vec<usize>,
    ) -> Self {
        let (body, heading, code) = fields;
        let simplifying = simplifying.map(|(traditional, simplified)| Simplifying {
            traditional,
            characters: FxHashSet::default(),
            simplified,
        });
        Inverter {
            asked: Asked { terms_at, run_text },
            simplifying,
            codes: Codes { body, heading, code, addresses },
            languages: Vec::new(),
            spellings: Default::default(),
            lengths: vec![Vec::new(); code],
            places: Places::default(),
            post: Post::default(),
            is_broken: false,
        }
    }

    fn begin(&mut self, py: Python<'_>, language: &str) -> PyResult<()> {
        self.work(py, |it| {
            it.begin_post(language);
            Ok(())
        })
    }

    fn add_text(&mut self, py: Python<'_>, field: usize, text: &Bound<'_, PyString>) -> PyResult<()> {
        self.work(py, |it| it.put_text(py, field, text))
    }

    fn add_section(
        &mut self,
        py: Python<'_>,
        heading: &Bound<'_, PyString>,
        text: &Bound<'_, PyString>,
        code: Vec<usize>,
        links: Vec<usize>,
    ) -> PyResult<()> {
        self.work(py, |it| it.put_section(py, heading, text, &code, &links))
    }

    fn end(&mut self, py: Python<'_>) -> PyResult<()> {
        self.work(py, |it| {
            it.end_post();
            Ok(())
        })
    }

    /// Lengths by field code, of each post.
    #[getter]
    fn lengths<'py>(&mut self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.work(py, |it| it.lengths.iter().map(|column| array(py, column)).collect())
    }

    /// The codes of the posts' languages, in the order in which they came.
    fn languages(&mut self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.work(py, |it| Ok(it.languages.iter().map(|language| language.code.to_string()).collect()))
    }

    /// The columns of posting lists and term dictionary. `stems` is asked for the stems of all forms of a language.
    fn list_columns<'py>(
        &mut self,
        py: Python<'py>,
        stems: &Bound<'py, PyAny>,
        parameters: Parameters,
        terms_per_block: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        self.work(py, |it| {
            let (mut words, mut places) = (Vec::new(), Vec::new());
            for language in &mut it.languages {
                language.forget_tokens();
                let found = std::mem::take(&mut language.occurrences).by_form();
                words.push(Words::new(stems, &language.code, found.forms)?);
                places.push((found.everywhere, found.outside_body));
            }
            let lists = Lists::new(Postings::new(parameters), &words, &places);
            drop(places);
            let [texts, addresses] = &it.spellings;
            lists.columns(py, |term| texts.shown(addresses, term), terms_per_block)
        })
    }

    /// The columns of where everything stands in its post.
    fn places<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.work(py, |it| it.columns(py))
    }
}

impl Inverter {
    /// Do a piece of work. Whatever ends it before its end leaves something half done, so nothing is done after that.
    fn work<T>(&mut self, py: Python<'_>, piece: impl FnOnce(&mut Self) -> PyResult<T>) -> PyResult<T> {
        guarded(py, || {
            assert!(
                !std::mem::replace(&mut self.is_broken, true),
                "an inverter is no longer used after an error in it"
            );
            let done = piece(self)?;
            self.is_broken = false;
            Ok(done)
        })
    }

    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        let places = &self.places;
        columns.set_item("field_lengths", array(py, &self.lengths.concat())?)?;
        columns.set_item("doc_end", array(py, &places.end)?)?;
        columns.set_item("field_span_first", array(py, &closed(&places.span_first, places.span_start.len()))?)?;
        columns.set_item("field_span_start", array(py, &places.span_start)?)?;
        columns.set_item("field_span_code", PyBytes::new(py, &places.span_code))?;
        columns.set_item("section_first", array(py, &closed(&places.section_first, places.section_start.len()))?)?;
        columns.set_item("section_start", array(py, &places.section_start)?)?;
        columns.set_item("section_body", array(py, &places.section_body)?)?;
        columns.set_item("section_offset", array(py, &places.section_offset)?)?;
        columns.set_item("link_first", array(py, &closed(&places.link_first, places.link_edge.len()))?)?;
        columns.set_item("link_edge", array(py, &places.link_edge)?)?;
        let checkpoints = places.checkpoint_position.len();
        columns.set_item("checkpoint_first", array(py, &closed(&places.checkpoint_first, checkpoints))?)?;
        columns.set_item("checkpoint_position", array(py, &places.checkpoint_position)?)?;
        columns.set_item("checkpoint_offset", array(py, &places.checkpoint_offset)?)?;
        Ok(columns)
    }

    fn begin_post(&mut self, language: &str) {
        let known = self.languages.iter().position(|other| other.code == language);
        let places = &mut self.places;
        self.post = Post {
            language: known.unwrap_or_else(|| {
                self.languages.push(Language::new(language));
                self.languages.len() - 1
            }),
            number: half(places.end.len()).into(),
            lengths: vec![0; self.lengths.len()],
            ..Post::default()
        };
        places.span_first.push(places.span_start.len() as u32);
        places.section_first.push(places.section_start.len() as u32);
        places.link_first.push(places.link_edge.len() as u32);
        places.checkpoint_first.push(places.checkpoint_position.len() as u32);
    }

    fn put_text(&mut self, py: Python<'_>, field: usize, text: &Bound<'_, PyString>) -> PyResult<()> {
        self.begin_field(field);
        let started = self.post.position;
        let text = self.simplified(py, text)?;
        with_units!(&text, units => self.feed(py, units, field, &[]))?;
        self.post.lengths[field] += self.post.position - started;
        self.post.position += 1;
        Ok(())
    }

    fn put_section(
        &mut self,
        py: Python<'_>,
        heading: &Bound<'_, PyString>,
        text: &Bound<'_, PyString>,
        code: &[usize],
        links: &[usize],
    ) -> PyResult<()> {
        self.places.section_start.push(half(self.post.position));
        self.places.section_offset.push(self.post.offset as u32);
        if !heading.is_empty()? {
            self.put_text(py, self.codes.heading, heading)?;
        }
        self.places.section_body.push(half(self.post.position));
        let started = self.post.position;
        let text = self.simplified(py, text)?;
        with_units!(&text, units => self.put_body(py, units, code, links))?;
        self.post.lengths[self.codes.body] += self.post.position - started;
        self.post.position += 1;
        Ok(())
    }

    fn put_body<U: Unit>(&mut self, py: Python<'_>, text: &[U], code: &[usize], links: &[usize]) -> PyResult<()> {
        let mut links = links;
        for stretch in stretches(text, code) {
            let field = if stretch.is_code { self.codes.code } else { self.codes.body };
            self.places.checkpoint_position.push(half(self.post.position));
            self.places.checkpoint_offset.push((self.post.offset + stretch.start) as u32);
            self.begin_field(field);
            let here = links.partition_point(|&edge| edge < stretch.stop);
            let (edges, others) = links.split_at(here);
            links = others;
            let edges: Vec<usize> = edges.iter().map(|edge| edge - stretch.start).collect();
            self.feed(py, &text[stretch.start..stretch.stop], field, &edges)?;
        }
        self.places.link_edge.extend(std::iter::repeat_n(half(self.post.position), links.len()));
        self.post.offset += text.len();
        Ok(())
    }

    fn end_post(&mut self) {
        self.places.end.push(half(self.post.position));
        for (column, &length) in self.lengths.iter_mut().zip(&self.post.lengths) {
            column.push(half(length));
        }
    }

    /// Note that the words from here on are of this field.
    fn begin_field(&mut self, field: usize) {
        let places = &mut self.places;
        let is_first = places.span_first.last() == Some(&(places.span_start.len() as u32));
        if is_first || places.span_code.last() != Some(&(field as u8)) {
            places.span_start.push(half(self.post.position));
            places.span_code.push(field as u8);
        }
    }

    /// Put a text's words at their places; `edges` are where in it links begin and end, ascending.
    fn feed<U: Unit>(&mut self, py: Python<'_>, text: &[U], field: usize, edges: &[usize]) -> PyResult<()> {
        let field = self.codes.field(field);
        let Inverter { asked, languages, spellings, places, post, .. } = self;
        let language = &mut languages[post.language];
        let mut edges = edges.iter().copied().peekable();
        for (start, stop) in tokens(text) {
            let token = &text[start..stop];
            let width = language.add(py, asked, token, post.number << 16 | post.position, field, spellings)?;
            while let Some(edge) = edges.next_if(|&edge| edge < stop) {
                // A link may end inside a run without blanks; a word that it cuts is within it.
                let inside = match edge.saturating_sub(start) as u32 {
                    0 => 0,
                    inside if is_spaceless(token) => inside.min(width),
                    _ => width,
                };
                places.link_edge.push(half(post.position + inside));
            }
            post.position += width;
        }
        places.link_edge.extend(edges.map(|_| half(post.position)));
        Ok(())
    }

    fn simplified<'py>(&mut self, py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
        match &mut self.simplifying {
            Some(simplifying) => simplifying.simplified(py, text),
            None => Ok(text.clone()),
        }
    }
}

/// A position as columns hold it. A post of more words is in a wide segment.
fn half<N: TryInto<u16>>(position: N) -> u16 {
    position.try_into().ok().expect("a post of a narrow segment has fewer words")
}

fn closed(first: &[u32], items: usize) -> Vec<u32> {
    [first, &[items as u32]].concat()
}
