use std::path::PathBuf;

/// A program and its arguments, as they are: no shell reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The absolute path of the program.
    pub program: PathBuf,
    /// Its arguments; none of them holds a NUL, which no argument can.
    pub arguments: Vec<String>,
}
