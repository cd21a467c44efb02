//! How do the words of a segment become posting lists and a term dictionary? What `write/postings_writer.py` says: one
//! list per stem, with the occurrences of all its forms in all languages.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::arrays::array;
use crate::characters::{class, SPACELESS};
use crate::dictionary::Dictionary;
use crate::occurrences::Grouped;
use crate::postings::Postings;

/// The words of a language, by number of a form.
pub struct Words {
    forms: Vec<Box<str>>,
    stems: Vec<PyBackedStr>,
}

impl Words {
    /// With the stems that Python's `stems` has for them.
    pub fn new(stems: &Bound<'_, PyAny>, language: &str, forms: Vec<Box<str>>) -> PyResult<Self> {
        let texts = PyList::new(stems.py(), forms.iter().map(|form| &**form))?;
        let stems: Vec<PyBackedStr> = stems.call1((texts, language))?.extract()?;
        assert!(stems.len() == forms.len(), "each form has a stem");
        Ok(Words { forms, stems })
    }
}

/// Where the words of a language stand: by number of a form all its occurrences, and those outside of bodies.
type Places = (Grouped, Grouped);

/// A word form of a list.
struct Form<'w, 'p> {
    word: &'w str,
    occurrences: &'p [u32],
    outside_body: &'p [u32],
}

/// The lists of a segment.
pub struct Lists<'w> {
    postings: Postings,
    dictionary: Dictionary<'w>,
    multi_form_lists: Vec<u32>,
    multi_form_first: Vec<u32>,
    form_numbers: Vec<u8>,
}

impl<'w> Lists<'w> {
    /// Those of all languages; `places` are those of `words`.
    pub fn new(postings: Postings, words: &'w [Words], places: &[Places]) -> Self {
        let mut lists = Lists {
            postings,
            dictionary: Dictionary::default(),
            multi_form_lists: Vec::new(),
            multi_form_first: Vec::new(),
            form_numbers: Vec::new(),
        };
        for members in by_stem(words).chunk_by(|a, b| a.stem == b.stem) {
            let form = |member: &Member| Form {
                word: &words[member.language].forms[member.form],
                occurrences: places[member.language].0.of(member.form),
                outside_body: places[member.language].1.of(member.form),
            };
            lists.add(members[0].stem, members.iter().map(form));
        }
        lists
    }

    fn add<'p>(&mut self, stem: &'w str, mut forms: impl ExactSizeIterator<Item = Form<'w, 'p>>) {
        match (forms.len(), forms.next()) {
            (1, Some(Form { word, occurrences, outside_body })) => {
                let posts = self.postings.add(occurrences, outside_body.to_vec(), is_titled(stem));
                self.dictionary.add(stem, &[(word, posts)]);
            }
            (_, Some(first)) => self.add_together(stem, std::iter::once(first).chain(forms)),
            (_, None) => {}
        }
    }

    /// Add a list of several forms; one that comes twice was stemmed so in two languages.
    fn add_together<'p>(&mut self, stem: &'w str, forms: impl Iterator<Item = Form<'w, 'p>>) {
        let mut words: Vec<(&str, u16)> = Vec::new();
        let (mut everywhere, mut outside_body) = (Vec::new(), Vec::new());
        for form in forms {
            let number = words.iter().position(|&(word, _)| word == form.word).unwrap_or_else(|| {
                words.push((form.word, 0));
                words.len() - 1
            });
            everywhere.extend(form.occurrences.iter().map(|&occurrence| (occurrence, number)));
            outside_body.extend_from_slice(form.outside_body);
        }
        everywhere.sort_by_key(|&place| place); // runs, which this sort only has to merge
        count_posts(&mut words, &everywhere);
        let occurrences: Vec<u32> = everywhere.iter().map(|&(occurrence, _)| occurrence).collect();
        if words.len() > 1 {
            self.multi_form_lists.push(self.postings.lists());
            self.multi_form_first.push(self.form_numbers.len() as u32);
            self.form_numbers.extend(everywhere.iter().map(|&(_, number)| number.min(u8::MAX.into()) as u8));
        }
        self.postings.add(&occurrences, outside_body, is_titled(stem));
        self.dictionary.add(stem, &words);
    }

    /// The columns by name; `shown` says how people write a word that they write otherwise.
    pub fn columns<'py, 's>(
        mut self,
        py: Python<'py>,
        shown: impl Fn(&str) -> Option<&'s str>,
        terms_per_block: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let columns = self.postings.columns(py)?;
        self.multi_form_first.push(self.form_numbers.len() as u32);
        columns.set_item("multi_form_lists", array(py, &self.multi_form_lists)?)?;
        columns.set_item("multi_form_first", array(py, &self.multi_form_first)?)?;
        columns.set_item("form_numbers", PyBytes::new(py, &self.form_numbers))?;
        self.dictionary.put_columns(&columns, shown, terms_per_block)?;
        Ok(columns)
    }
}

/// A word form under its stem.
struct Member<'w> {
    /// The first bytes of the stem, as a number: most comparisons end here.
    begin: u64,
    stem: &'w str,
    language: usize,
    form: usize,
}

/// All word forms in the order of their stems; those of a stem by language, and there as they came.
fn by_stem(words: &[Words]) -> Vec<Member<'_>> {
    let mut members: Vec<Member> = Vec::with_capacity(words.iter().map(|language| language.forms.len()).sum());
    for (language, of_language) in words.iter().enumerate() {
        members.extend(of_language.stems.iter().enumerate().map(|(form, stem)| {
            let mut begin = [0; 8];
            let length = stem.len().min(8);
            begin[..length].copy_from_slice(&stem.as_bytes()[..length]);
            Member { begin: u64::from_be_bytes(begin), stem, language, form }
        }));
    }
    members.sort_unstable_by_key(|member| (member.begin, member.stem, member.language, member.form));
    members
}

/// Count in how many posts each form stands; `everywhere` has the number of the form at each occurrence, ascending.
fn count_posts(words: &mut [(&str, u16)], everywhere: &[(u32, usize)]) {
    let mut last = vec![u32::MAX; words.len()];
    for &(occurrence, number) in everywhere {
        if last[number] != occurrence >> 16 {
            last[number] = occurrence >> 16;
            words[number].1 += 1;
        }
    }
}

/// Whether titles are made of such words: the last character of a run is one only so that a search for it alone finds
/// it.
fn is_titled(stem: &str) -> bool {
    let mut characters = stem.chars();
    !matches!((characters.next(), characters.next()), (Some(only), None) if class(only.into()) & SPACELESS != 0)
}
