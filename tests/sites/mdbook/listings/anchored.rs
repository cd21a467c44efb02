// before everything
// ANCHOR: outer
fn outer() {
    // ANCHOR: inner
    inner();
    // ANCHOR_END: inner
    // ANCHOR: other
    other();
    // ANCHOR_END: other
}
// ANCHOR_END: outer
// after everything
// ANCHOR: inner
once_more();
// ANCHOR_END: inner
