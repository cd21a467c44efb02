const ONE: u8 = 1;
const TWO: u8 = 2;
const THREE: u8 = 3;
const FOUR: u8 = 4;
const FIVE: u8 = 5;
const SIX: u8 = 6;
const SEVEN: u8 = 7;
const EIGHT: u8 = 8;
const NINE: u8 = 9;
fn main() {}
