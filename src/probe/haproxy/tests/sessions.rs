//! How many sessions are left, against scripted sockets: a HAProxy that does not tell is not one
//! without sessions.

use crate::base::{Reason, ServiceName};
use crate::config::{HaproxyCheck, HaproxyInstance};

use super::super::sessions;
use super::check;
use super::client::{Script, Turn};

const ROWS: &str = "# pxname,svname,type,status,weight,bck,check_status,scur\n\
                    front,FRONTEND,0,OPEN,,,,7\nweb,s1,2,UP,1,0,L4OK,2\nweb,BACKEND,1,UP,1,,,3\n\n";

fn counting() -> Script {
    Script::play(vec![Turn::Say(ROWS.to_owned())])
}

async fn told(instances: &[HaproxyInstance]) -> Option<Result<u64, Reason>> {
    sessions(instances.iter(), &ServiceName::from("anycast")).await
}

/// An instance behind `script` with these checks.
fn reads(script: &Script, checks: Vec<HaproxyCheck>) -> HaproxyInstance {
    HaproxyInstance { checks, ..script.instance() }
}

fn of_frontend(name: &str) -> HaproxyCheck {
    HaproxyCheck { frontend: Some(name.to_owned()), ..check() }
}

#[tokio::test]
async fn sessions_are_those_of_the_frontend_that_a_check_names_else_of_the_backend() {
    let script = counting();
    let other = HaproxyCheck { service: "other".into(), ..of_frontend("front") };
    assert_eq!(told(&[reads(&script, vec![check(), check(), other])]).await, Some(Ok(3)));
    assert_eq!(told(&[reads(&script, vec![of_frontend("front")])]).await, Some(Ok(7)));
    assert_eq!(told(&[reads(&script, vec![of_frontend("front"), check()])]).await, Some(Ok(10)));
}

#[tokio::test]
async fn nobody_is_asked_when_no_check_of_the_service_reads_a_haproxy() {
    let refusing = Script::play(vec![Turn::Close]);
    let other = HaproxyCheck { service: "other".into(), ..check() };
    assert_eq!(told(&[reads(&refusing, vec![other])]).await, None);
    assert_eq!(told(&[]).await, None);
}

#[tokio::test]
async fn one_of_two_that_does_not_answer_leaves_the_sum_unknown() {
    let (first, second) = (counting(), counting());
    assert_eq!(told(&[first.instance(), second.instance()]).await, Some(Ok(6)));
    for silent in [Turn::Close, Turn::Hang] {
        let silent = Script::play(vec![silent]);
        for pair in [[first.instance(), silent.instance()], [silent.instance(), first.instance()]] {
            let why = told(&pair).await.unwrap().unwrap_err();
            assert!(why.as_str().starts_with("local: HAProxy"), "{why}");
        }
    }
}

#[tokio::test]
async fn a_name_that_haproxy_does_not_have_is_told() {
    let script = counting();
    let check = HaproxyCheck { backend: "gone".to_owned(), ..check() };
    let why = told(&[reads(&script, vec![check])]).await.unwrap().unwrap_err();
    assert_eq!(why.as_str(), "local: HAProxy has no backend gone");
    let why = told(&[reads(&script, vec![of_frontend("gone")])]).await.unwrap().unwrap_err();
    assert_eq!(why.as_str(), "local: HAProxy has no frontend gone");
}
