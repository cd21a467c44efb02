//! A lamp.
fn main() {
    println!("shine");
    # println!("hidden");
}
