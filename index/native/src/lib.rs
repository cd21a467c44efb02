//! The loops of postdex, compiled. Each does what a function of its Python does, with the same result to the byte;
//! the Python is the specification, and what runs where this is not installed.
//!
//! Arguments and results are numbers, bytes, texts, arrays and lists of them: nothing here knows a class of postdex.

mod arrays;
mod buffers;
mod characters;
mod checkpoints;
mod closeness;
mod dictionary;
mod edit_distance;
mod guard;
mod impacts;
mod inverter;
mod language;
#[cfg(unix)]
mod listing;
mod lists;
mod matching;
mod occurrences;
mod passage_words;
mod passages;
mod phrases;
mod postings;
mod sections;
mod sentences;
mod shown_text;
mod snippets;
mod spellings;
mod stored_occurrences;
mod term_places;
mod terms;
mod texts;
mod whole_texts;

use pyo3::prelude::*;

/// Grows with every change of what a function here takes or gives; `postdex_index.native` uses no other.
const INTERFACE: u32 = 2;

#[pymodule(gil_used = false)]
mod postdex_native {
    use super::*;

    #[pymodule_export]
    use super::characters::{raw_spans, raw_tokens};
    #[pymodule_export]
    use super::closeness::{densest, proximity};
    #[pymodule_export]
    use super::edit_distance::{edit_distance, words_near};
    #[pymodule_export]
    use super::inverter::Inverter;
    #[cfg(unix)]
    #[pymodule_export]
    use super::listing::{listed, states};
    #[pymodule_export]
    use super::matching::{best_candidates, impact_row, max_impacts};
    #[pymodule_export]
    use super::passage_words::PassageWords;
    #[pymodule_export]
    use super::phrases::side_by_side;
    #[pymodule_export]
    use super::postings::PostingColumns;
    #[pymodule_export]
    use super::sections::scored_sections;
    #[pymodule_export]
    use super::snippets::best_fragments;
    #[pymodule_export]
    use super::stored_occurrences::Occurrences;
    #[pymodule_export]
    use super::term_places::term_places;
    #[pymodule_export]
    use super::whole_texts::{key_of, positions_of};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        guard::be_silent();
        module.add("INTERFACE", INTERFACE)?;
        module.add("VERSION", env!("CARGO_PKG_VERSION"))
    }
}
