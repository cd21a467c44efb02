//! Where do the words of a language stand, by word form?

use rustc_hash::FxHashMap;

/// Occurrences as they come, one after the other: to put each with those of its form at once would wait for memory
/// twice per word. Forms have numbers in the order in which they come first.
#[derive(Default)]
pub struct Occurrences {
    pub forms: Vec<Box<str>>,
    numbers: FxHashMap<Box<str>, u32>,
    /// Form and post << 16 | position.
    everywhere: Vec<(u32, u32)>,
    /// Of those in other fields than the body: form and post << 16 | field code.
    outside_body: Vec<(u32, u32)>,
}

impl Occurrences {
    /// The number of a form, which is new if it was never asked for.
    pub fn number(&mut self, form: &str) -> u32 {
        if let Some(&number) = self.numbers.get(form) {
            return number;
        }
        let number = self.forms.len() as u32;
        self.forms.push(form.into());
        self.numbers.insert(form.into(), number);
        number
    }

    /// One more occurrence of a form, in the body unless a field is named.
    #[inline]
    pub fn note(&mut self, form: u32, occurrence: u32, other_field: Option<u32>) {
        self.everywhere.push((form, occurrence));
        if let Some(field) = other_field {
            self.outside_body.push((form, occurrence & !0xffff | field));
        }
    }

    /// All of them by form.
    pub fn by_form(self) -> FormOccurrences {
        let forms = self.forms.len();
        FormOccurrences {
            forms: self.forms,
            everywhere: Grouped::new(forms, &self.everywhere),
            outside_body: Grouped::new(forms, &self.outside_body),
        }
    }
}

/// Occurrences by number of a form, each ascending.
pub struct FormOccurrences {
    pub forms: Vec<Box<str>>,
    /// Post << 16 | position.
    pub everywhere: Grouped,
    /// Of those in other fields than the body: post << 16 | field code.
    pub outside_body: Grouped,
}

/// Numbers by the group to which each belongs.
pub struct Grouped {
    first: Vec<u32>,
    items: Vec<u32>,
}

impl Grouped {
    /// From pairs of a group and an item; what is of one group keeps its order.
    fn new(groups: usize, pairs: &[(u32, u32)]) -> Self {
        let mut first = vec![0; groups + 1];
        for &(group, _) in pairs {
            first[group as usize + 1] += 1;
        }
        for group in 0..groups {
            first[group + 1] += first[group];
        }
        let (mut next, mut items) = (first.clone(), vec![0; pairs.len()]);
        for &(group, item) in pairs {
            items[next[group as usize] as usize] = item;
            next[group as usize] += 1;
        }
        Grouped { first, items }
    }

    /// The items of a group.
    pub fn of(&self, group: usize) -> &[u32] {
        &self.items[self.first[group] as usize..self.first[group + 1] as usize]
    }
}
