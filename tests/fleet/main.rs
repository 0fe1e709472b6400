//! A fleet of agents around its route servers: what it costs them, and how long they are wrong.

mod model;

use std::time::{Duration, Instant};

use model::{Form, Guard, Settings, Story, Table, run};

#[test]
fn try_it() {
    let settings = Settings { sites: 1000, regions: 10, seed: 1, damping: false, guard: Guard::Nothing, heard: None };
    let mut table = Table::new(Form::Text);
    for story in Story::all(&settings) {
        #[allow(clippy::disallowed_methods)]
        let t = Instant::now();
        let a = run(&settings, &story);
        let b = run(&Settings { damping: true, ..settings }, &story);
        println!("{} {:?}", story.name, t.elapsed());
        table.add(&story, &a, &b);
    }
    println!("{table}");
    let _ = Duration::ZERO;
}
