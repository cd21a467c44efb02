//! Which sections of a post are the best? `scored_sections` of `results/rerank.py`: there stand the formulas and the
//! reasons for them, under the same names.

use std::cmp::Ordering;

use pyo3::prelude::*;

use crate::guard::guarded;

const OWN_HEADING: f64 = 3.0;
const COVERAGE: f64 = 1.0;
const HEADING_COVERAGE: f64 = 1.0;
const AVERAGE_HEADING: f64 = 4.0;
const AVERAGE_SECTION: f64 = 130.0;
/// `scoring.K1`, and `b` of headings and of texts.
const K1: f64 = 1.2;
const HEADING_B: f64 = 0.5;
const BODY_B: f64 = 0.75;

/// Where a leaf's words stand in a heading or a text, as (leaf, start, stop): a slice of the leaf's positions.
type Match = (usize, usize, usize);
/// A section as (own score, number, matches in its text, those in its heading and above it).
type Scored = (f64, usize, Vec<Match>, Vec<InHeading>);
/// The number of a section, and the matches in its heading.
type InHeading = (usize, Vec<Match>);

/// The sections of a post: `document.Outline`.
struct Outline {
    levels: Vec<u32>,
    bounds: Vec<u32>,
    stops: Vec<u32>,
}

/// A section with matches, and what its heading and its text are worth.
struct Section {
    index: usize,
    heading_matches: Vec<Match>,
    matches: Vec<Match>,
    heading: f64,
    text: f64,
}

#[pyfunction]
#[allow(clippy::too_many_arguments)] // those of its Python
pub fn scored_sections<'py>(
    py: Python<'py>,
    levels: Vec<u32>,
    bounds: Vec<u32>,
    stops: Vec<u32>,
    positions: Vec<Vec<u32>>,
    leaf_weights: Vec<f64>,
    limit: usize,
    wholes: Bound<'py, PyAny>,
) -> PyResult<Vec<Scored>> {
    guarded(py, || {
        let outline = Outline { levels, bounds, stops };
        let sections = by_section(&outline, occurrences(&outline.bounds, &positions), &leaf_weights);
        let above = headings_above(&outline.levels, &sections);
        let all_words = Some(sum(leaf_weights.iter().copied())).filter(|&all| all != 0.0).unwrap_or(1.0);
        let mut scored: Vec<(f64, usize)> = Vec::with_capacity(sections.len());
        for section in &sections {
            let above = above.get(section.index).copied().unwrap_or(0.0);
            let score = score(section, above, &outline, &positions, &leaf_weights, all_words);
            scored.push((-score, section.index));
        }
        if wholes.len()? > 0 {
            raise_wholes(&mut scored, &wholes)?;
        }
        scored.sort_by(in_order);
        scored.truncate(limit);
        let found = |(less, index): (f64, usize)| -> Scored {
            let matches = section_at(&sections, index).map_or(Vec::new(), |section| section.matches.clone());
            let in_headings =
                if above.is_empty() { Vec::new() } else { in_headings(&outline.levels, &sections, index) };
            (-less, index, matches, in_headings)
        };
        Ok(scored.into_iter().map(found).collect())
    })
}

fn section_at(sections: &[Section], index: usize) -> Option<&Section> {
    sections.binary_search_by_key(&index, |section| section.index).ok().map(|at| &sections[at])
}

/// Which headings down to a section hold words, its own first.
fn in_headings(levels: &[u32], sections: &[Section], index: usize) -> Vec<InHeading> {
    let mut found = Vec::new();
    let mut level = levels[index] + 1;
    for number in (0..=index).rev() {
        if levels[number] < level {
            level = levels[number];
            if let Some(section) = section_at(sections, number).filter(|section| !section.heading_matches.is_empty()) {
                found.push((number, section.heading_matches.clone()));
            }
        }
    }
    found
}

fn in_order(one: &(f64, usize), other: &(f64, usize)) -> Ordering {
    one.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal).then(one.1.cmp(&other.1))
}

fn sum(weights: impl Iterator<Item = f64>) -> f64 {
    weights.fold(0.0, |sum, weight| sum + weight)
}

/// The matches by place, 2 x section for its heading and one more for its text; of a place in the order of the leaves.
fn occurrences(bounds: &[u32], positions: &[Vec<u32>]) -> Vec<(usize, Match)> {
    let mut by_place = Vec::new();
    for (leaf, at) in positions.iter().enumerate() {
        let mut start = 0;
        while start < at.len() {
            let place = bounds.partition_point(|&bound| bound <= at[start]);
            let here = |&position: &u32| bounds.get(place).is_none_or(|&bound| position < bound);
            let stop = start + 1 + at[start + 1..].partition_point(here);
            if place > 0 {
                by_place.push((place - 1, (leaf, start, stop))); // else in the title and other fields
            }
            start = stop;
        }
    }
    by_place.sort_by_key(|&(place, _)| place);
    by_place
}

fn by_section(outline: &Outline, by_place: Vec<(usize, Match)>, leaf_weights: &[f64]) -> Vec<Section> {
    let bounds = &outline.bounds;
    let of_sections = by_place.chunk_by(|one, other| one.0 / 2 == other.0 / 2);
    let section = |found: &[(usize, Match)]| {
        let index = found[0].0 / 2;
        let split = found.partition_point(|&(place, _)| place == 2 * index);
        let of = |found: &[(usize, Match)]| found.iter().map(|&(_, found)| found).collect::<Vec<Match>>();
        let (heading_matches, matches) = (of(&found[..split]), of(&found[split..]));
        let (start, body) = (bounds[2 * index], bounds[2 * index + 1]);
        let heading = value(&heading_matches, norm(HEADING_B, start, body, AVERAGE_HEADING), leaf_weights);
        let text = value(&matches, norm(BODY_B, body, outline.stops[index], AVERAGE_SECTION), leaf_weights);
        Section { index, heading_matches, matches, heading, text }
    };
    of_sections.map(section).collect()
}

/// `scoring.norm` of what has the positions from `start` to `stop`.
fn norm(b: f64, start: u32, stop: u32, average: f64) -> f64 {
    K1 * (1.0 - b + b * (f64::from(stop) - f64::from(start)) / average)
}

fn value(matches: &[Match], norm: f64, leaf_weights: &[f64]) -> f64 {
    sum(matches.iter().map(|&(leaf, start, stop)| {
        let count = (stop - start) as f64;
        leaf_weights[leaf] * (count / (count + norm))
    }))
}

/// For each section what the headings above it are worth; nothing at all where no heading matches.
fn headings_above(levels: &[u32], sections: &[Section]) -> Vec<f64> {
    let Some(last) = sections.last().filter(|_| sections.iter().any(|section| section.heading != 0.0)) else {
        return Vec::new();
    };
    let mut own = sections.iter().peekable();
    let mut path: Vec<(u32, f64)> = Vec::new();
    let mut above = Vec::with_capacity(last.index + 1);
    for (index, &level) in levels[..=last.index].iter().enumerate() {
        while path.last().is_some_and(|&(higher, _)| higher >= level) {
            path.pop();
        }
        let worth = path.last().map_or(0.0, |&(_, worth)| worth);
        above.push(worth);
        let heading = own.next_if(|section| section.index == index).map_or(0.0, |section| section.heading);
        path.push((level, worth + heading));
    }
    above
}

fn score(
    section: &Section,
    above: f64,
    outline: &Outline,
    positions: &[Vec<u32>],
    leaf_weights: &[f64],
    all_words: f64,
) -> f64 {
    let Section { index, heading_matches, matches, heading, text } = section;
    let mut score = OWN_HEADING * heading + text + above;
    if *heading != 0.0 {
        let words = outline.bounds[2 * index + 1] - outline.bounds[2 * index];
        let asked_for = distinct(heading_matches.iter().flat_map(|&(leaf, start, stop)| &positions[leaf][start..stop]));
        score *= 1.0 + HEADING_COVERAGE * asked_for.len() as f64 / f64::from(words);
    }
    let leaves_held = distinct(heading_matches.iter().chain(matches).map(|found| &found.0));
    score *= 1.0 + COVERAGE * sum(leaves_held.iter().map(|&leaf| leaf_weights[leaf])) / all_words;
    score
}

fn distinct<'a, T: Ord + Copy + 'a>(items: impl Iterator<Item = &'a T>) -> Vec<T> {
    let mut found: Vec<T> = items.copied().collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Sections that hold a whole come before all others, those of a higher level first.
fn raise_wholes(scored: &mut [(f64, usize)], wholes: &Bound<'_, PyAny>) -> PyResult<()> {
    let Some(most) = scored.iter().min_by(|one, other| in_order(one, other)).map(|best| best.0) else {
        return Ok(());
    };
    for (less, index) in scored {
        *less += most * wholes.call_method1("get", (*index, 0))?.extract::<f64>()?;
    }
    Ok(())
}
