//! Where do the words of a language stand, by word form?

use rustc_hash::FxHashMap;

/// Occurrences by number of a word form; numbers are in the order in which the forms come first.
#[derive(Default)]
pub struct Occurrences {
    pub forms: Vec<Box<str>>,
    /// All of each form, as post << 16 | position, ascending.
    pub positions: Vec<Vec<u32>>,
    /// Those in other fields than the body, as post << 16 | field code.
    pub outside_body: FxHashMap<u32, Vec<u32>>,
    numbers: FxHashMap<Box<str>, u32>,
}

impl Occurrences {
    /// The number of a form, which is new if it was never asked for.
    pub fn number(&mut self, form: &str) -> u32 {
        if let Some(&number) = self.numbers.get(form) {
            return number;
        }
        let number = self.forms.len() as u32;
        self.forms.push(form.into());
        self.positions.push(Vec::new());
        self.numbers.insert(form.into(), number);
        number
    }

    /// One more occurrence of a form, in the body unless a field is named.
    #[inline]
    pub fn note(&mut self, form: u32, occurrence: u32, other_field: Option<u32>) {
        self.positions[form as usize].push(occurrence);
        if let Some(field) = other_field {
            self.outside_body.entry(form).or_default().push(occurrence & !0xffff | field);
        }
    }
}
