use super::*;
use crate::config::surroundings::Machine;

fn of(text: &str) -> Result<PathBuf, Faults> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("herald.toml");
    std::fs::write(&file, text).unwrap();
    let environment = &|name: &str| (name == "RUN").then(|| "/run/here".to_owned());
    control_socket(&file, &Surroundings { environment, machine: Machine::Here })
}

#[test]
fn the_socket_is_told_whatever_is_wrong_with_other_keys() {
    let usual = PathBuf::from("/run/herald/control.sock");
    for text in ["", "[agent]", "[bgp]\nlocal-as = \"${UNSET}\"", "[agent]\ngrase = 5\n[x]"] {
        assert_eq!(of(text).unwrap(), usual, "{text}");
    }
    let b = "[agent]\nregion = \"${UNSET}\"\nhttp = 7\ncontrol-socket = \"/run/b.sock\"";
    assert_eq!(of(b).unwrap(), PathBuf::from("/run/b.sock"));
    let here = "[agent]\ncontrol-socket = \"${RUN}/b.sock\"";
    assert_eq!(of(here).unwrap(), PathBuf::from("/run/here/b.sock"));
}

#[test]
fn a_file_that_cannot_tell_says_why() {
    for (text, why) in [
        ("[agent]\ncontrol-socket = \"b.sock\"", "absolute path"),
        ("[agent]\ncontrol-socket = \"${UNSET}\"", "UNSET"),
        ("[agent]\ncontrol-socket = 7", "control-socket"),
        ("agent = 5", "[agent] cannot be"),
        ("[agent", "not TOML"),
    ] {
        let faults = of(text).unwrap_err();
        assert!(faults.to_string().contains(why), "{text}: {faults}");
    }
    let faults = control_socket(Path::new("/nonexistent"), &Surroundings::PROCESS).unwrap_err();
    assert!(faults.to_string().contains("no such file"), "{faults}");
}
