use std::net::SocketAddr;

use domain::base::iana::{Class, Rcode};
use domain::base::message::Message;
use domain::base::message_builder::{AnswerBuilder, MessageBuilder};
use domain::base::name::Name;
use domain::base::record::Ttl;
use domain::rdata::{A, Aaaa, Cname, Mx, Txt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use super::seen_within;

type Answer = AnswerBuilder<Vec<u8>>;

/// What a server sends back for a question: over UDP any number of datagrams, over TCP octets after
/// the length.
type Reply = fn(&[u8]) -> Vec<Vec<u8>>;

/// A DNS server that answers over UDP by `udp` and over TCP by `tcp`, on one port.
async fn server(udp: Reply, tcp: Reply) -> SocketAddr {
    let (socket, listener) = loop {
        let listener =
            TcpListener::bind("127.0.0.1:0").await.expect("a DNS message or socket of a test");
        // Somebody else may have the UDP port of this number.
        if let Ok(socket) =
            UdpSocket::bind(listener.local_addr().expect("a DNS message or socket of a test")).await
        {
            break (socket, listener);
        }
    };
    let address = listener.local_addr().expect("a DNS message or socket of a test");
    tokio::spawn(async move {
        let mut question = [0; 512];
        while let Ok((length, asker)) = socket.recv_from(&mut question).await {
            for datagram in udp(&question[..length]) {
                socket.send_to(&datagram, asker).await.expect("a DNS message or socket of a test");
            }
        }
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let length = stream.read_u16().await.expect("a DNS message or socket of a test");
            let mut question = vec![0; usize::from(length)];
            stream.read_exact(&mut question).await.expect("a DNS message or socket of a test");
            for message in tcp(&question) {
                stream
                    .write_u16(message.len() as u16)
                    .await
                    .expect("a DNS message or socket of a test");
                stream.write_all(&message).await.expect("a DNS message or socket of a test");
            }
        }
    });
    address
}

fn unused(_: &[u8]) -> Vec<Vec<u8>> {
    panic!("TCP was not to be asked")
}

/// An answer to `question` with this code, to be filled.
fn start(question: &[u8], code: Rcode) -> Answer {
    let question = Message::from_octets(question).expect("a DNS message or socket of a test");
    MessageBuilder::new_vec()
        .start_answer(&question, code)
        .expect("a DNS message or socket of a test")
}

fn own_name(question: &[u8]) -> Name<Vec<u8>> {
    let message = Message::from_octets(question).expect("a DNS message or socket of a test");
    message
        .sole_question()
        .expect("a DNS message or socket of a test")
        .into_qname()
        .to_string()
        .parse()
        .expect("a message of a test")
}

fn addresses(question: &[u8], last: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut answer = start(question, Rcode::NOERROR);
    for last in last {
        let record = A::from_octets(192, 0, 2, last);
        answer
            .push((own_name(question), Class::IN, Ttl::from_secs(60), record))
            .expect("a DNS message or socket of a test");
    }
    answer.finish()
}

fn one_address(question: &[u8]) -> Vec<Vec<u8>> {
    vec![addresses(question, [1])]
}

/// What is seen of a server that answers like this, without the question.
async fn answered(udp: Reply, tcp: Reply, more: &str) -> (bool, String) {
    let address = server(udp, tcp).await;
    let kind = format!("dns = {{ server = \"{address}\", name = \"www.example.com\"{more} }}");
    let (healthy, words) = seen_within(&kind, "300ms").await;
    let (question, said) = words.split_once(&format!(" at {address}: ")).expect("the server");
    assert!(question.starts_with("www.example.com "), "{question}");
    (healthy, said.to_owned())
}

#[tokio::test]
async fn any_record_of_the_type_will_do_unless_one_is_expected() {
    let good = (true, "answered 192.0.2.1".to_owned());
    assert_eq!(answered(one_address, unused, "").await, good);
    assert_eq!(answered(one_address, unused, ", expect = \"192.0.2.1\"").await, good);
    let bad = answered(one_address, unused, ", expect = \"192.0.2.2\"").await;
    assert_eq!(bad, (false, "answered 192.0.2.1, not 192.0.2.2".into()));
}

#[tokio::test]
async fn one_of_many_records_is_enough_and_few_are_shown() {
    let many: Reply = |question| vec![addresses(question, 1..=9)];
    let (healthy, words) = answered(many, unused, ", expect = \"192.0.2.9\"").await;
    assert!(healthy);
    assert_eq!(words, "answered 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 5 more");
}

#[tokio::test]
async fn records_of_other_types_are_read_too() {
    let replies: [(&str, &str, Reply); 4] = [
        ("AAAA", "2001:DB8::1", |question| {
            let mut answer = start(question, Rcode::NOERROR);
            let record =
                Aaaa::new("2001:db8::1".parse().expect("a DNS message or socket of a test"));
            answer
                .push((own_name(question), Class::IN, Ttl::from_secs(60), record))
                .expect("a DNS message or socket of a test");
            vec![answer.finish()]
        }),
        ("CNAME", "Real.example.com", |question| {
            let mut answer = start(question, Rcode::NOERROR);
            let real: Name<Vec<u8>> =
                "real.example.com".parse().expect("a DNS message or socket of a test");
            let record = Cname::new(real);
            answer
                .push((own_name(question), Class::IN, Ttl::from_secs(60), record))
                .expect("a DNS message or socket of a test");
            vec![answer.finish()]
        }),
        ("MX", "10 mail.example.com.", |question| {
            let mut answer = start(question, Rcode::NOERROR);
            let mail: Name<Vec<u8>> =
                "mail.example.com".parse().expect("a DNS message or socket of a test");
            let record = Mx::new(10, mail);
            answer
                .push((own_name(question), Class::IN, Ttl::from_secs(60), record))
                .expect("a DNS message or socket of a test");
            vec![answer.finish()]
        }),
        ("TXT", "it is \\\"up\\\"", |question| {
            let mut answer = start(question, Rcode::NOERROR);
            let record: Txt<Vec<u8>> =
                Txt::build_from_slice(b"it is \"up\"").expect("a DNS message or socket of a test");
            answer
                .push((own_name(question), Class::IN, Ttl::from_secs(60), record))
                .expect("a DNS message or socket of a test");
            vec![answer.finish()]
        }),
    ];
    for (record_type, expect, reply) in replies {
        let more = format!(", type = \"{record_type}\", expect = \"{expect}\"");
        let (healthy, words) = answered(reply, unused, &more).await;
        assert!(healthy, "{record_type}: {words}");
    }
}

#[tokio::test]
async fn the_address_behind_an_alias_counts() {
    let aliased: Reply = |question| {
        let mut answer = start(question, Rcode::NOERROR);
        let real: Name<Vec<u8>> =
            "real.example.com".parse().expect("a DNS message or socket of a test");
        let alias = Cname::new(real.clone());
        answer
            .push((own_name(question), Class::IN, Ttl::from_secs(60), alias))
            .expect("a DNS message or socket of a test");
        let address = A::from_octets(192, 0, 2, 1);
        answer
            .push((real, Class::IN, Ttl::from_secs(60), address))
            .expect("a DNS message or socket of a test");
        vec![answer.finish()]
    };
    assert!(answered(aliased, unused, ", expect = \"192.0.2.1\"").await.0);
}

#[tokio::test]
async fn errors_and_empty_answers_are_told() {
    let replies: [(&str, Reply); 5] = [
        ("SERVFAIL", |question| vec![start(question, Rcode::SERVFAIL).finish()]),
        ("NXDOMAIN", |question| vec![start(question, Rcode::NXDOMAIN).finish()]),
        ("REFUSED", |question| vec![start(question, Rcode::REFUSED).finish()]),
        // A header alone, from a server that gave up early.
        ("FORMERR", |question| vec![[&question[..2], &[0x81, 1], &[0; 8]].concat()]),
        ("no A record", |question| vec![start(question, Rcode::NOERROR).finish()]),
    ];
    for (told, reply) in replies {
        let (healthy, words) = answered(reply, unused, "").await;
        assert_eq!((healthy, words.as_str()), (false, told));
    }
}

#[tokio::test]
async fn a_truncated_answer_is_fetched_over_tcp() {
    let truncated: Reply = |question| {
        let mut answer = start(question, Rcode::NOERROR);
        answer.header_mut().set_tc(true);
        vec![answer.finish()]
    };
    assert!(answered(truncated, one_address, ", expect = \"192.0.2.1\"").await.0);
    let (healthy, words) = answered(truncated, truncated, "").await;
    assert_eq!((healthy, words.as_str()), (false, "the answer is truncated over TCP too"));
    let (healthy, words) = answered(truncated, |_| vec![vec![0; 600]], "").await;
    assert_eq!((healthy, words.as_str()), (false, "answered another question"));
    let (healthy, words) = answered(truncated, |_| Vec::new(), "").await;
    assert_eq!((healthy, words.as_str()), (false, "closed in the middle"));
}

#[tokio::test]
async fn answers_that_are_not_ours_are_waited_past() {
    let late: Reply = |question| {
        let mut other_id = addresses(question, [66]);
        other_id[1] ^= 1;
        let mut other_name = addresses(question, [66]);
        other_name[13] = b'x';
        let no_answer = question.to_vec();
        vec![vec![], vec![0; 5], other_id, other_name, no_answer, addresses(question, [1])]
    };
    assert_eq!(answered(late, unused, "").await, (true, "answered 192.0.2.1".into()));
}

#[tokio::test]
async fn silence_and_answers_to_others_end_at_the_timeout() {
    let replies: [Reply; 4] = [
        |_| Vec::new(),
        |_| vec![b"garbage".to_vec()],
        |_| vec![vec![0xff; 512]],
        |question| {
            let mut answer = addresses(question, [1]);
            answer[0] ^= 0x80;
            vec![answer]
        },
    ];
    for reply in replies {
        let (healthy, words) = answered(reply, unused, "").await;
        assert_eq!((healthy, words.as_str()), (false, "timed out after 300ms"));
    }
}

#[tokio::test]
async fn our_answer_with_garbage_in_it_is_told() {
    let cut: Reply = |question| {
        let whole = addresses(question, [1]);
        vec![whole[..whole.len() - 3].to_vec()]
    };
    let (healthy, words) = answered(cut, unused, "").await;
    assert_eq!((healthy, words.as_str()), (false, "the answer is malformed"));
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let address = UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a DNS message or socket of a test")
        .local_addr()
        .expect("a socket on the loopback");
    let kind = format!("dns = {{ server = \"{address}\", name = \"example.com\" }}");
    let seen = seen_within(&kind, "5s").await;
    assert_eq!(seen, (false, format!("example.com A at {address}: connection refused")));
}
