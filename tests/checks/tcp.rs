use super::servers::{Manner, Server, nobody};
use super::{seen, seen_within};

async fn answered(manner: Manner, asked: bool, more: &str) -> (bool, String) {
    let server = Server::start(manner, asked).await;
    let address = server.address;
    let (healthy, words) =
        seen_within(&format!("tcp = {{ address = \"{address}\", {more} }}"), "400ms").await;
    let said = words.strip_prefix(&format!("{address}: ")).expect("the address comes first");
    (healthy, said.to_owned())
}

#[tokio::test]
async fn a_connection_is_enough_when_nothing_is_expected() {
    let silent = Manner::SaysAndStays(Vec::new());
    assert_eq!(answered(silent.clone(), false, "").await, (true, "connected".into()));
    assert_eq!(answered(silent, false, "send = \"QUIT\\r\\n\"").await, (true, "connected".into()));
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let address = nobody().await;
    let seen = seen(&format!("tcp = {{ address = \"{address}\" }}")).await;
    assert_eq!(seen, (false, format!("{address}: connection refused")));
}

#[tokio::test]
async fn an_answer_must_match() {
    let banner = |octets: &[u8]| Manner::SaysAndStays(octets.to_vec());
    let more = "expect = \"^220 .*ESMTP\"";
    let good = answered(banner(b"220 mail ESMTP\r\n"), false, more).await;
    assert_eq!(good, (true, "answered as expected".into()));
    let bad = answered(Manner::Says(b"554 go away\r\n".to_vec()), false, more).await;
    assert_eq!(bad, (false, "the answer does not match \"^220 .*ESMTP\"".into()));
}

#[tokio::test]
async fn what_is_sent_is_what_is_answered() {
    let pong = Manner::SaysAndStays(b"+PONG\r\n".to_vec());
    let more = "send = \"PING\\r\\n\", expect = \"^[+]PONG\"";
    assert!(answered(pong.clone(), true, more).await.0);
    // The same server says nothing unless it is asked.
    let (healthy, words) = answered(pong, true, "expect = \"^[+]PONG\"").await;
    assert_eq!((healthy, words.as_str()), (false, "timed out after 400ms"));
}

#[tokio::test]
async fn an_answer_may_come_in_pieces() {
    let drips = Manner::Drips(b"a".to_vec(), b'b');
    assert!(answered(drips, false, "expect = \"abbbb\"").await.0);
}

#[tokio::test]
async fn silence_garbage_and_floods_are_unhealthy() {
    let expect = "expect = \"ready\"";
    for (manner, told) in [
        (Manner::SaysAndStays(Vec::new()), "timed out after 400ms"),
        (Manner::SaysAndStays(b"rea".to_vec()), "timed out after 400ms"),
        (Manner::Drips(Vec::new(), b'r'), "timed out after 400ms"),
        (Manner::Says(Vec::new()), "closed without an answer"),
        (Manner::Says(vec![0xff; 100]), "the answer does not match \"ready\""),
        (Manner::Floods(vec![0; 100]), "the answer does not match \"ready\""),
    ] {
        let (healthy, words) = answered(manner, false, expect).await;
        assert_eq!((healthy, words.as_str()), (false, told));
    }
}

#[tokio::test]
async fn octets_that_are_no_text_can_be_expected() {
    let greeting = Manner::SaysAndStays(vec![0x0a, 0xff, 0x00, 0x80]);
    assert!(answered(greeting, false, "expect = '(?-u)\\xff\\x00\\x80$'").await.0);
}
