mod client;
mod delivery;
mod judge;
mod line;
mod pace;
mod proof;
mod sessions;
mod silence;
mod sockets;
mod stats;
mod transcript;
mod watcher;
mod witness;

use crate::config::{HaproxyCheck, MinUp};
use crate::health::{Outcome, Sample};

use super::answer::Answer;
use super::judge::Judge;

/// A short table in the column order of the real one.
const HEADER: &str = "# pxname,svname,status,weight,act,bck,chkfail,chkdown,lastchg,tracked,type,\
check_status,check_code,check_duration,last_chk,check_desc,check_rise,check_fall,check_health,";

/// The rows that make the table an answer of backend `web`.
const WEB: &str = "web,BACKEND,UP,1,1,0,,0,60,,1,,,,,,,,,";

/// An answer of worker 100 whose backend `web` has these server rows.
fn answer(rows: &[&str]) -> Answer {
    answer_of(100, rows)
}

fn answer_of(pid: u32, rows: &[&str]) -> Answer {
    let table = rows.join("\n");
    let text = format!("Name: HAProxy\nPid: {pid}\nStopping: 0\n\n{HEADER}\n{table}\n{WEB}\n\n");
    super::stats::parse(&text).unwrap()
}

/// One server of `web` is enough.
fn check() -> HaproxyCheck {
    HaproxyCheck {
        service: "anycast".into(),
        check: "backend".into(),
        backend: "web".to_owned(),
        min_up: MinUp::Servers(1),
        servers: None,
        frontend: None,
        count_backup: false,
    }
}

/// What a judge that saw only this answer says.
fn first_look(check: &HaproxyCheck, answer: &Answer) -> Sample {
    let mut judge = Judge::default();
    judge.learn(answer);
    judge.sample(check, answer)
}

/// What a judge that sees one answer after the other says to the last one.
fn last_look(answers: &[Answer]) -> Outcome {
    let mut judge = Judge::default();
    answers.iter().for_each(|answer| judge.learn(answer));
    judge.sample(&check(), answers.last().unwrap()).outcome
}
