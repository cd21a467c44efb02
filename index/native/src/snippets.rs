//! Which words of a section show best why it was found? `best_fragments` of `results/snippets.py`: there stand the
//! formulas and the reasons for them, under the same names.

use std::cmp::Ordering;
use std::ops::Range;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::guard::guarded;
use crate::passages::{Mark, Passage, Place};
use crate::sentences::{breaks, sentences};
use crate::shown_text::{joined, GAP};
use crate::texts::{text_of_codes, Unit};
use crate::with_units;

const K1: f64 = 1.2;
const B: f64 = 0.75;
const AVERAGE: isize = 87;
const GROUP: f64 = 0.5;
const ADJACENT: f64 = 0.15;
const MAX_ADJACENT: usize = 4;
const MAX_MARKS: usize = 200;
const REACH: f64 = 0.8;
const GROWN: f64 = 1.5;
const SNAP: isize = 30;

/// Marks, by their numbers, that could be shown together, in a sentence or the long one they are part of.
#[derive(Clone)]
struct Fragment {
    score: f64,
    sentence: Place,
    marks: Range<usize>,
}

/// `document.Passage`, as the tuple that it is.
type Given<'py> = (Bound<'py, PyString>, isize, isize, Vec<(isize, isize, usize)>, bool, bool);
/// The text to show, where its marks stand as (start, length), and the line.
type Made<'py> = (Bound<'py, PyString>, Vec<(isize, isize)>, isize);

#[pyfunction]
pub fn best_fragments<'py>(
    py: Python<'py>,
    passage: Given<'py>,
    leaf_weights: Vec<f64>,
    width: isize,
    fragments: usize,
    around: Option<(isize, isize)>,
) -> PyResult<Made<'py>> {
    guarded(py, || {
        let (text, offset, line, marks, cut_start, cut_stop) = passage;
        let marks = sorted(marks, &leaf_weights);
        let around = around.map(|(start, stop)| Place { start, stop });
        with_units!(&text, units => {
            let bounds = bounds(units, marks.first(), cut_start);
            let passage =
                Passage { text: units, offset, line, marks, bounds, cut_start, cut_stop, leaf_weights: &leaf_weights };
            let shown = joined(&passage, &places(&passage, width, fragments, around), around);
            Ok((text_of_codes(py, &shown.text), shown.spans, shown.line))
        })
    })
}

/// The marks in their order, of very many the heaviest.
fn sorted(marks: Vec<(isize, isize, usize)>, leaf_weights: &[f64]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = marks.into_iter().map(|(start, stop, leaf)| Mark { start, stop, leaf }).collect();
    marks.sort();
    if marks.len() > MAX_MARKS {
        marks.sort_by(|one, other| descending(leaf_weights[one.leaf], leaf_weights[other.leaf]));
        marks.truncate(MAX_MARKS);
        marks.sort();
    }
    marks
}

fn descending(one: f64, other: f64) -> Ordering {
    other.partial_cmp(&one).unwrap_or(Ordering::Equal)
}

/// The sentences of a passage. One that was cut out of a section may begin inside a word: it is left out, but no mark.
fn bounds<U: Unit>(text: &[U], first: Option<&Mark>, cut_start: bool) -> Vec<isize> {
    let least = first.map_or(0, |mark| mark.start.min(SNAP));
    let begun = if cut_start { breaks(text, 0, least).next() } else { None };
    sentences(text, begun.map_or(0, |found| found.stop)).into_iter().map(|bound| bound as isize).collect()
}

/// What of a passage is shown, in the order of the text.
fn places<U: Unit>(passage: &Passage<U>, width: isize, fragments: usize, around: Option<Place>) -> Vec<Place> {
    let marks = &passage.marks;
    if marks.is_empty() {
        let first = Place { start: passage.bounds[0], stop: passage.bounds[1] };
        return vec![fitted(passage, first, Place { start: 0, stop: 0 }, width)];
    }
    if let Some(around) = around {
        let room = width.max(around.len().min((width as f64 * GROWN) as isize));
        return vec![place_around(passage, around, room)];
    }
    let mut candidates = candidates(passage, width);
    let shown = vec![place_of(passage, best(&candidates), width)];
    if fragments > 1 && candidates.len() > 1 {
        let leaves_shown = leaves(&shown, marks);
        if distinct(marks.iter().map(|mark| mark.leaf)).len() > leaves_shown.len() {
            candidates.sort_by(|one, other| descending(one.score, other.score));
            let chosen = chosen(&candidates, &leaves_shown, marks, fragments);
            if chosen.len() > 1 {
                let several = places_of(passage, &chosen, width);
                if leaves(&several, marks).len() > leaves_shown.len() {
                    return several;
                }
            }
        }
    }
    shown
}

/// The first of those with the greatest score.
fn best(fragments: &[Fragment]) -> &Fragment {
    fragments.iter().reduce(|most, one| if one.score > most.score { one } else { most }).expect("marks make candidates")
}

/// Each sentence with marks, scored; of one with marks too far apart, each fullest window.
fn candidates<U: Unit>(passage: &Passage<U>, width: isize) -> Vec<Fragment> {
    let Passage { marks, bounds, .. } = passage;
    let reach = (width as f64 * REACH) as isize;
    let mut candidates = Vec::new();
    let mut first = 0;
    while first < marks.len() {
        let after = bounds.partition_point(|&bound| bound <= marks[first].start);
        let sentence = Place { start: bounds[after - 1], stop: bounds[after.min(bounds.len() - 1)] };
        let count = marks[first + 1..].iter().take_while(|mark| mark.start < sentence.stop).count();
        let early = 1.0 + 1.0 / ((AVERAGE + passage.offset + sentence.start) as f64).ln();
        for window in windows(marks, first..first + 1 + count, reach) {
            let score = score(&marks[window.clone()], sentence.len(), passage.leaf_weights) * early;
            candidates.push(Fragment { score, sentence, marks: window });
        }
        first += 1 + count;
    }
    candidates
}

/// The runs of these marks that fit into `reach` characters and could take in no further mark.
fn windows(marks: &[Mark], these: Range<usize>, reach: isize) -> Vec<Range<usize>> {
    if marks[these.end - 1].stop - marks[these.start].start <= reach {
        return vec![these];
    }
    let mut windows = Vec::new();
    let mut stop = these.start;
    for start in these.clone() {
        let before = stop;
        while stop < these.end && (stop <= start || marks[stop].stop - marks[start].start <= reach) {
            stop += 1;
        }
        if stop > before {
            windows.push(start..stop);
        }
    }
    windows
}

/// BM25 of the marks in a sentence of `length` characters, raised by different words and by neighbours.
fn score(marks: &[Mark], length: isize, leaf_weights: &[f64]) -> f64 {
    let norm = K1 * (1.0 - B + B * length.clamp(20, 400) as f64 / AVERAGE as f64);
    if let [mark] = marks {
        return leaf_weights[mark.leaf] / (1.0 + norm);
    }
    let mut counts: Vec<(usize, f64)> = Vec::new();
    for mark in marks {
        match counts.iter_mut().find(|(leaf, _)| *leaf == mark.leaf) {
            Some((_, count)) => *count += 1.0,
            None => counts.push((mark.leaf, 1.0)),
        }
    }
    let side_by_side = |pair: &&[Mark]| pair[1].leaf != pair[0].leaf && pair[1].start - pair[0].stop <= 1;
    let adjacent = marks.windows(2).filter(side_by_side).count().min(MAX_ADJACENT);
    let mut score = 0.0;
    for &(leaf, count) in &counts {
        score += leaf_weights[leaf] * count / (count + norm);
    }
    score * (1.0 + GROUP * (counts.len() - 1) as f64) * (1.0 + ADJACENT * adjacent as f64)
}

/// The best candidate, which shows the words `leaves_shown`, and those of the next that bring another.
fn chosen(candidates: &[Fragment], leaves_shown: &[usize], marks: &[Mark], fragments: usize) -> Vec<Fragment> {
    let mut chosen = vec![candidates[0].clone()];
    let mut leaves = leaves_shown.to_vec();
    for candidate in &candidates[1..] {
        let brings = marks[candidate.marks.clone()].iter().map(|mark| mark.leaf);
        let more = distinct(leaves.iter().copied().chain(brings));
        if more.len() > leaves.len() {
            chosen.push(candidate.clone());
            leaves = more;
            if chosen.len() == fragments {
                break;
            }
        }
    }
    chosen
}

fn leaves(places: &[Place], marks: &[Mark]) -> Vec<usize> {
    let held = |mark: &&Mark| places.iter().any(|place| place.start <= mark.start && mark.stop <= place.stop);
    distinct(marks.iter().filter(held).map(|mark| mark.leaf))
}

fn distinct(leaves: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut found: Vec<usize> = leaves.collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Where each chosen candidate is shown, in the order of the text; those that meet become one.
fn places_of<U: Unit>(passage: &Passage<U>, chosen: &[Fragment], width: isize) -> Vec<Place> {
    let mut room = width - GAP.len() as isize * (chosen.len() as isize - 1);
    let mut places = Vec::new();
    for (number, candidate) in chosen.iter().enumerate() {
        let needed: isize = chosen[number + 1..].iter().map(|other| other.sentence.len()).sum();
        let share = room.div_euclid((chosen.len() - number) as isize);
        let place = place_of(passage, candidate, share.max(room - needed));
        room -= place.len();
        places.push(place);
    }
    places.sort();
    let mut apart: Vec<Place> = Vec::new();
    for place in places {
        match apart.last_mut() {
            Some(last) if place.start <= last.stop => last.stop = last.stop.max(place.stop),
            _ => apart.push(place),
        }
    }
    apart
}

/// Where a candidate is shown in `room` characters; if its marks are further apart, the best of them.
fn place_of<U: Unit>(passage: &Passage<U>, candidate: &Fragment, room: isize) -> Place {
    let sentence = candidate.sentence;
    let mut these = candidate.marks.clone();
    if sentence.len() > room && these.len() > 1 {
        let scored = |marks: Range<usize>| {
            let score = score(&passage.marks[marks.clone()], sentence.len(), passage.leaf_weights);
            Fragment { score, sentence, marks }
        };
        let windows = windows(&passage.marks, these, (room as f64 * REACH) as isize);
        these = best(&windows.into_iter().map(scored).collect::<Vec<_>>()).marks.clone();
    }
    let marks = &passage.marks[these];
    let start = marks[0].start;
    let last = marks.iter().map(|mark| mark.stop).fold(isize::MIN, isize::max);
    fitted(passage, sentence, Place { start, stop: last.min(start + room) }, room)
}

/// Where a stretch is shown that may run over the ends of sentences.
fn place_around<U: Unit>(passage: &Passage<U>, marked: Place, room: isize) -> Place {
    let bounds = &passage.bounds;
    let start = bounds[bounds.partition_point(|&bound| bound <= marked.start).saturating_sub(1)];
    let stop = bounds[bounds.partition_point(|&bound| bound < marked.stop).min(bounds.len() - 1)];
    let marked = Place { start: marked.start, stop: marked.stop.min(marked.start + room) };
    fitted(passage, Place { start, stop }, marked, room)
}

/// The stretch of the text to show: the sentence with its neighbours, or its part around the marks.
fn fitted<U: Unit>(passage: &Passage<U>, sentence: Place, marked: Place, room: isize) -> Place {
    let (start, bounds) = (sentence.start, &passage.bounds);
    if sentence.len() > room {
        return cut(passage.text, sentence, marked, room);
    }
    let mut here = bounds[..bounds.len() - 1].partition_point(|&bound| bound <= start) - 1;
    let mut after = here + 1;
    while after + 1 < bounds.len() && bounds[after + 1] - start <= room {
        after += 1;
    }
    let stop = bounds[after];
    if after + 1 < bounds.len() && stop - start < room.div_euclid(2) {
        return Place { start, stop: cut_after(passage.text, stop, start + room) };
    }
    while here > 0 && stop - bounds[here - 1] <= room {
        here -= 1;
    }
    Place { start: bounds[here], stop }
}

/// The part of a long sentence around its marks, a quarter of the room before them, cut between words.
fn cut<U: Unit>(text: &[U], sentence: Place, marked: Place, room: isize) -> Place {
    let earliest = sentence.start.max(marked.stop - room);
    let mut start = earliest.max((marked.start - room.div_euclid(4)).min(sentence.stop - room));
    let near = earliest.max(start - SNAP / 3);
    if near == sentence.start {
        start = near;
    } else if let Some(found) = breaks(text, near, (start + SNAP).min(marked.start)).next() {
        start = found.stop as isize;
    }
    if start + room >= sentence.stop {
        return Place { start, stop: sentence.stop };
    }
    Place { start, stop: cut_after(text, marked.stop, start + room) }
}

/// The last place between words in [least, most], near `most`; without one, whatever cuts off less of a word.
fn cut_after<U: Unit>(text: &[U], least: isize, most: isize) -> isize {
    let nearest = least.max(most - SNAP);
    let otherwise = if nearest == least { least } else { most };
    let last = breaks(text, nearest, most + 1).last();
    last.map_or(otherwise, |found| most.min(if found.blank { found.start } else { found.stop } as isize))
}
