//! How is the term dictionary of a segment written? As `write/term_dictionary_writer.py` says.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::arrays::array;

/// Flags of an entry, as `format/columns.py` has them.
const FORM: u8 = 1;
const STEM: u8 = 2;
const INDIRECT: u8 = 4;
const DISPLAY: u8 = 8;

struct Entry<'a> {
    word: &'a str,
    list: u32,
    flags: u8,
    /// Of an indirect form: its number in the list, and in how many posts it stands.
    form: u8,
    posts: u16,
}

/// The entries of posting lists, added in the order of their stems.
#[derive(Default)]
pub struct Dictionary<'a> {
    lists: u32,
    /// The entries of stems, which come in order.
    stems: Vec<Entry<'a>>,
    others: Vec<Entry<'a>>,
}

impl<'a> Dictionary<'a> {
    /// Add the entries of the next list: its stem, and its word forms, each with its document frequency.
    pub fn add(&mut self, stem: &'a str, forms: &[(&'a str, u16)]) {
        let (list, is_one) = (self.lists, forms.len() == 1 && forms[0].0 == stem);
        self.lists += 1;
        let mut has_stem = false;
        for (number, &(word, posts)) in forms.iter().enumerate() {
            let form = number.min(u8::MAX.into()) as u8;
            let indirect = if is_one { 0 } else { INDIRECT };
            if word == stem {
                has_stem = true;
                self.stems.push(Entry { word, list, flags: FORM | STEM | indirect, form, posts });
            } else {
                self.others.push(Entry { word, list, flags: FORM | indirect, form, posts });
            }
        }
        if !has_stem {
            self.stems.push(Entry { word: stem, list, flags: STEM, form: 0, posts: 0 });
        }
    }

    /// Put the columns under their names; `shown` says how people write a word that they write otherwise.
    pub fn put_columns<'s>(
        self,
        columns: &Bound<'_, PyDict>,
        shown: impl Fn(&str) -> Option<&'s str>,
        terms_per_block: usize,
    ) -> PyResult<()> {
        let py = columns.py();
        let entries = self.sorted();
        let shown = |entry: &Entry| shown(entry.word).filter(|&written| written != entry.word);
        let display = |entry| if shown(entry).is_some() { DISPLAY } else { 0 };
        let flags: Vec<u8> = entries.iter().map(|entry| entry.flags | display(entry)).collect();
        let leads = entries.iter().step_by(terms_per_block).skip(1);
        columns.set_item("term_entries", PyBytes::new(py, &lines(entries.iter().map(|entry| entry.word))))?;
        columns.set_item("term_flags", PyBytes::new(py, &flags))?;
        columns.set_item("term_block_start", array(py, &block_starts(&entries, terms_per_block))?)?;
        columns.set_item("term_block_lead", PyBytes::new(py, &lines(leads.map(|entry| entry.word))))?;
        columns.set_item("term_block_list", array(py, &before(&entries, STEM, terms_per_block))?)?;
        columns.set_item("term_block_indirect", array(py, &before(&entries, INDIRECT, terms_per_block))?)?;
        let indirect: Vec<&Entry> = entries.iter().filter(|entry| entry.flags & INDIRECT != 0).collect();
        columns.set_item("indirect_list", array(py, &of(&indirect, |entry| entry.list))?)?;
        columns.set_item("indirect_form", PyBytes::new(py, &of(&indirect, |entry| entry.form)))?;
        columns.set_item("indirect_posts", array(py, &of(&indirect, |entry| entry.posts))?)?;
        columns.set_item("display_forms", PyBytes::new(py, &lines(entries.iter().filter_map(shown))))
    }

    fn sorted(mut self) -> Vec<Entry<'a>> {
        let order = |entry: &Entry<'a>| (entry.word, entry.list);
        self.others.sort_unstable_by_key(order);
        self.stems.append(&mut self.others);
        self.stems.sort_by_key(order); // two runs, which this sort only has to merge
        self.stems
    }
}

/// A column of texts, each ended by a newline.
fn lines<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut lines = Vec::new();
    for text in texts {
        lines.extend_from_slice(text.as_bytes());
        lines.push(b'\n');
    }
    lines
}

fn of<T>(entries: &[&Entry], item: impl Fn(&Entry) -> T) -> Vec<T> {
    entries.iter().map(|entry| item(entry)).collect()
}

/// Where each block begins in the lines of the words, and where the last ends; without any entry there is one block.
fn block_starts(entries: &[Entry], terms_per_block: usize) -> Vec<u32> {
    let (mut starts, mut at) = (vec![0], 0);
    for block in entries.chunks(terms_per_block) {
        at += block.iter().map(|entry| entry.word.len() as u32 + 1).sum::<u32>();
        starts.push(at);
    }
    if entries.is_empty() {
        starts.push(0);
    }
    starts
}

/// How many entries before each block have this flag, and, where the last block is full, how many have it at all.
fn before(entries: &[Entry], flag: u8, terms_per_block: usize) -> Vec<u32> {
    let (mut found, mut count) = (vec![0], 0);
    for block in entries.chunks_exact(terms_per_block) {
        count += block.iter().filter(|entry| entry.flags & flag != 0).count() as u32;
        found.push(count);
    }
    found
}
