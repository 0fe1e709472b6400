//! The language of a timeline.
//!
//! ```text
//! at T     check NAME OUTCOME [because "WORDS"]      OUTCOME: pass, pass 60%, fail, gone, unknown
//! from T to T every D check NAME OUTCOME, OUTCOME    in turn, at the times T, T + D, ...
//! at T     drain [for D] | withdraw | announce for D | resume | stop within D
//! at T     NEIGHBOUR shows nothing | gone           a session without a route of 192.0.2.10/32; no session
//! at T     NEIGHBOUR shows a part                   of its routes: others were refused
//! at T     NEIGHBOUR shows path ASN... [large C...]  the route of another speaker
//! at T     expect announce PREFIX [NEIGHBOUR] path ASN... [med N] [communities C...] [large C...] [next-hop A]
//! at T     expect withdraw PREFIX [NEIGHBOUR]
//! at T     expect STATE [because "WORDS"]            the service changes to STATE; the reason holds WORDS
//! at T     expect nothing                            since the last line that expects something
//! at T     expect at most N changes                  of routes, from the start; they need not be named
//! ```
//!
//! Times are seconds with up to three decimals. What stands behind `#` is not read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use herald::base::{Asn, Percent};
use herald::health::Outcome;
use herald::rib::{ReceivedRoute, Shown};

/// A line, taken apart; lines of `from` become one for each time.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) at: Duration,
    /// In the file, from 1.
    pub(crate) number: usize,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Check { name: String, outcome: Outcome, because: String },
    Word(Word),
    Shows { neighbor: String, shown: Shown },
    Route(String),
    State { name: String, because: String },
    Nothing,
    AtMost(usize),
}

/// What an operator says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word {
    Drain(Option<Duration>),
    Withdraw,
    Announce(Duration),
    Resume,
    Stop(Duration),
}

/// The tables and the story of a file; lines of the same time stay in the order of the file.
pub(crate) fn parse(text: &str) -> Result<(String, Vec<Line>), String> {
    let (tables, story) = text.split_once("\n---\n").ok_or("there is no line ---")?;
    let first = tables.lines().count() + 2;
    let mut lines = Vec::new();
    for (index, line) in story.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = first + index;
        lines.extend(parse_line(line, number).map_err(|why| format!("line {number}: {why}"))?);
    }
    if lines.iter().any(|line| line.at > lines.last().map_or(line.at, |last| last.at)) {
        return Err("the last line must be the latest".to_owned());
    }
    lines.sort_by_key(|line| line.at);
    Ok((tables.to_owned(), lines))
}

fn parse_line(line: &str, number: usize) -> Result<Vec<Line>, String> {
    let (line, because) = match line.split_once(" because ") {
        Some((line, words)) => (line, words.trim().trim_matches('"').to_owned()),
        None => (line, String::new()),
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let one = |at: &str, what| Ok(vec![Line { at: seconds(at)?, number, what }]);
    match words.as_slice() {
        ["at", at, "check", name, outcome @ ..] => {
            let (name, outcome) = ((*name).to_owned(), parse_outcome(outcome)?);
            let because = if because.is_empty() { format!("{name} said so") } else { because };
            one(at, What::Check { name, outcome, because })
        }
        ["from", from, "to", to, "every", every, "check", name, ..] => {
            let outcomes = line.split_once(name).map(|(_, rest)| rest).unwrap_or_default();
            let outcomes: Vec<Outcome> = outcomes
                .split(',')
                .map(|one| parse_outcome(&one.split_whitespace().collect::<Vec<_>>()))
                .collect::<Result<_, _>>()?;
            Ok(repeated(seconds(from)?, seconds(to)?, seconds(every)?, number, name, &outcomes))
        }
        ["at", at, "expect", "nothing"] => one(at, What::Nothing),
        ["at", at, "expect", "at", "most", count, "changes"] => {
            one(at, What::AtMost(count.parse().map_err(|_| format!("{count} is no number"))?))
        }
        ["at", at, "expect", route @ ("announce" | "withdraw"), rest @ ..] => {
            one(at, What::Route(format!("{route} {}", rest.join(" "))))
        }
        ["at", at, "expect", state] => one(at, What::State { name: (*state).to_owned(), because }),
        ["at", at, neighbor, "shows", what @ ..] => {
            let (neighbor, shown) = ((*neighbor).to_owned(), parse_shown(what)?);
            one(at, What::Shows { neighbor, shown })
        }
        ["at", at, word @ ..] => one(at, What::Word(parse_word(word)?)),
        _ => Err(format!("what is {line:?}?")),
    }
}

fn repeated(
    from: Duration,
    to: Duration,
    every: Duration,
    number: usize,
    name: &str,
    outcomes: &[Outcome],
) -> Vec<Line> {
    let times = (0..).map(|turn| from + every * turn).take_while(|at| *at <= to);
    times
        .zip(outcomes.iter().cycle())
        .map(|(at, outcome)| {
            let (name, because) = (name.to_owned(), format!("{name} said so"));
            Line { at, number, what: What::Check { name, outcome: *outcome, because } }
        })
        .collect()
}

fn parse_outcome(words: &[&str]) -> Result<Outcome, String> {
    match words {
        ["pass"] => Ok(Outcome::Healthy { capacity: Percent::FULL }),
        ["pass", share] => {
            let share = share.strip_suffix('%').and_then(|share| share.parse().ok());
            let capacity = share.and_then(Percent::new).ok_or("a capacity is 0% to 100%")?;
            Ok(Outcome::Healthy { capacity })
        }
        ["fail"] => Ok(Outcome::Unhealthy),
        ["gone"] => Ok(Outcome::Gone),
        ["unknown"] => Ok(Outcome::Unknown),
        other => Err(format!("{other:?} is no outcome")),
    }
}

fn parse_shown(words: &[&str]) -> Result<Shown, String> {
    let rest = match words {
        ["gone"] => return Ok(Shown::Unknown),
        ["a", "part"] => return Ok(Shown::Incomplete("some were refused".into())),
        ["nothing"] => return Ok(Shown::Routes(BTreeMap::new())),
        ["path", rest @ ..] => rest,
        other => return Err(format!("{other:?} is nothing to show")),
    };
    let mut halves = rest.split(|word| *word == "large");
    let (path, large) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
    let wrong = |word: &str| format!("{word} belongs in no path");
    let asns = path.iter().map(|word| word.parse().map(Asn).map_err(|_| wrong(word)));
    let route = ReceivedRoute {
        as_path: asns.collect::<Result<_, _>>()?,
        next_hop: Some([192, 0, 2, 99].into()),
        med: None,
        communities: Vec::new(),
        large_communities: large
            .iter()
            .map(|word| word.parse().map_err(|_| format!("{word} is no large community")))
            .collect::<Result<_, _>>()?,
    };
    let prefix = "192.0.2.10/32".parse().map_err(|_| "no prefix".to_owned())?;
    Ok(Shown::Routes([(prefix, Arc::new(route))].into()))
}

fn parse_word(words: &[&str]) -> Result<Word, String> {
    match words {
        ["drain"] => Ok(Word::Drain(None)),
        ["drain", "for", lasts] => Ok(Word::Drain(Some(seconds(lasts)?))),
        ["withdraw"] => Ok(Word::Withdraw),
        ["announce", "for", lasts] => Ok(Word::Announce(seconds(lasts)?)),
        ["resume"] => Ok(Word::Resume),
        ["stop", "within", grace] => Ok(Word::Stop(seconds(grace)?)),
        other => Err(format!("{other:?} is no word of an operator")),
    }
}

/// Seconds with up to three decimals, exactly.
fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text} is no time in seconds");
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    if part.len() > 3 {
        return Err(wrong());
    }
    let millis: u64 = format!("{part:0<3}").parse().map_err(|_| wrong())?;
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(whole) + Duration::from_millis(millis))
}
