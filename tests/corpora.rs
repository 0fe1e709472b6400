//! The inputs that fuzzing has kept, through the same functions: no fuzzer, no special compiler.

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use herald::base::Rng;

/// What each input is changed into besides itself.
const MUTATIONS: usize = 200;

#[test]
fn what_fuzzing_has_kept_still_holds() {
    for (name, target) in targets::ALL {
        let inputs = corpus(name);
        assert!(inputs.len() >= 12, "{name} has {} inputs", inputs.len());
        for (path, data) in inputs {
            let result = std::panic::catch_unwind(|| target(&data));
            assert!(result.is_ok(), "{} breaks {name}", path.display());
        }
    }
}

#[test]
fn every_target_holds_for_neighbours_of_its_corpus() {
    let mut rng = Rng::new(7606);
    for (name, target) in targets::ALL {
        for (path, data) in corpus(name) {
            for _ in 0..MUTATIONS {
                let changed = change(&data, &mut rng);
                let result = std::panic::catch_unwind(|| target(&changed));
                assert!(result.is_ok(), "{name} breaks on {changed:02x?}, from {}", path.display());
            }
        }
    }
}

/// The kept inputs of a target, in order of name.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let listing = fs::read_dir(&folder).expect("every target has a corpus");
    let mut paths: Vec<_> = listing.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let data = fs::read(&path).expect("a readable input");
        (path, data)
    };
    paths.into_iter().map(read).collect()
}

/// The input with up to three octets set, inserted or removed, or its tail repeated.
fn change(data: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut data = data.to_vec();
    for _ in 0..=rng.next_u64() % 3 {
        let draw = rng.next_u64();
        let at = usize::try_from(draw >> 32).unwrap_or_default() % (data.len() + 1);
        let octet = (draw >> 8) as u8;
        match (draw % 4, data.get_mut(at)) {
            (0, Some(old)) => *old = octet,
            (1, Some(_)) => drop(data.remove(at)),
            (2, _) => data.extend_from_within(at..),
            (_, _) => data.insert(at, octet),
        }
    }
    data
}
