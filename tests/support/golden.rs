//! Files of the project that the code writes.

use std::fs;
use std::path::Path;

/// Compares with a file of the project, or writes it when asked to.
#[track_caller]
pub(crate) fn assert_golden(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, actual).expect("a writable golden");
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; this test with UPDATE_GOLDEN=1 writes it anew. Now it would be:\n{actual}",
        path.display()
    );
}
