use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::config::{Access, User};

/// As herald.service says it.
const NAME: &str = "herald";

/// The user that the service runs as. What it may do is asked of the kernel, by a process of that user:
/// modes alone do not tell it (acl(5), groups, file systems that are mounted otherwise).
#[derive(Debug)]
pub(super) struct ServiceUser(());

impl ServiceUser {
    /// `None` where there is no such user, or where this process may not start others as it.
    pub(super) fn reachable() -> Option<Self> {
        let root = rustix::process::geteuid().is_root();
        (root && succeeds::<&OsStr>("true", &[])).then_some(Self(()))
    }
}

impl User for ServiceUser {
    fn name(&self) -> &str {
        NAME
    }

    fn may(&self, access: Access, path: &Path) -> bool {
        let asked = match access {
            Access::Read => "-r",
            Access::Execute => "-x",
        };
        succeeds("test", &[OsStr::new(asked), path.as_os_str()])
    }
}

fn succeeds<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> bool {
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", NAME, "--regid", NAME, "--init-groups", "--", program])
        .args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
