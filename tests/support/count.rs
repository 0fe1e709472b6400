//! What a test has done, in numbers: `tests/run` collects them and shows that they are enough.

use std::fs::File;
use std::io::Write;

/// Says how many of something a test has worked through.
pub(crate) fn counted(what: &str, number: usize) {
    let line = format!("count: {number} {what}\n");
    print!("{line}");
    if let Some(file) = std::env::var_os("HERALD_TEST_COUNTS") {
        let mut file =
            File::options().create(true).append(true).open(file).expect("a writable file");
        file.write_all(line.as_bytes()).expect("room for a line");
    }
}
