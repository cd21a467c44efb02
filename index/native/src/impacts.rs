//! What is a posting's impact, in one byte? `Impacts` of `write/posting_columns.py` and the formulas of `scoring.py`:
//! the same operations on floats in the same order, so the same to the last digit.

/// By field code: the length norm of each post, and the field's weight; then the formulas' constants.
pub struct Impacts {
    norms: Vec<Vec<f64>>,
    weights: Vec<f64>,
    field_saturation: f64,
    scale: f64,
    body: usize,
    /// By post: the impact of a word that stands there once, in the body, as by far most do.
    once: Vec<u8>,
}

impl Impacts {
    pub fn new(norms: Vec<Vec<f64>>, weights: Vec<f64>, field_saturation: f64, scale: f64, body: usize) -> Self {
        let mut impacts = Impacts { norms, weights, field_saturation, scale, body, once: Vec::new() };
        let weight = impacts.weights[body];
        impacts.once = impacts.norms[body].iter().map(|norm| impacts.byte(weight * (1.0 / (1.0 + norm)))).collect();
        impacts
    }

    /// The impact of a word that stands `count` times in a post, always in the body.
    #[inline]
    pub fn of_body(&self, doc: u16, count: u32) -> u8 {
        if count == 1 {
            return self.once[doc as usize];
        }
        let (weight, count) = (self.weights[self.body], f64::from(count));
        let more = 1.0 + weight / self.field_saturation;
        let impact = self.scale * weight * count / (more * count + self.norms[self.body][doc as usize]) + 0.5;
        (impact as u8).max(1)
    }

    /// The impact of a word that stands `count` times in a post; `fields` has the codes of other fields than the body,
    /// as they come, and how many of these times are there.
    pub fn of_fields(&self, doc: u16, count: u32, fields: &[(usize, u32)]) -> u8 {
        let doc = doc as usize;
        let (mut body, mut more) = (count, 0.0);
        for &(code, times) in fields {
            body -= times;
            let times = f64::from(times);
            more += self.weights[code] * times / (times + self.norms[code][doc]);
        }
        let body = f64::from(body);
        self.byte(self.weights[self.body] * (body / (body + self.norms[self.body][doc])) + more)
    }

    /// Saturated over the fields, and quantized.
    fn byte(&self, field_scores: f64) -> u8 {
        let impact = field_scores / (1.0 + field_scores / self.field_saturation);
        ((self.scale * impact + 0.5) as u8).max(1)
    }
}
