use std::time::Duration;

use super::queue::{MOST, Queue, Work};

fn work(lines: &str, lost: u64) -> Work {
    Work { lines: lines.as_bytes().to_vec(), lost }
}

/// A line that nothing fits beside.
fn long() -> Vec<u8> {
    vec![b'x'; MOST]
}

#[test]
fn lines_come_out_as_they_went_in() {
    let queue = Queue::default();
    queue.push(b"one\n");
    queue.push(b"two\n");
    assert_eq!(queue.take(), work("one\ntwo\n", 0));
    queue.push(b"three\n");
    queue.written(0);
    assert_eq!(queue.take(), work("three\n", 0));
    assert_eq!(queue.lost(), 0);
}

#[test]
fn what_does_not_fit_is_lost_and_told_where_it_is_missing() {
    let queue = Queue::default();
    queue.push(&long());
    queue.push(b"a\n");
    queue.push(b"b\n");
    assert_eq!(queue.take(), Work { lines: long(), lost: 2 });
    queue.push(b"the telling\n");
    queue.written(0);
    assert_eq!(queue.take(), work("the telling\n", 0), "told once");
    assert_eq!(queue.lost(), 2);
}

#[test]
fn what_is_refused_is_told_once_lines_get_through_again_and_not_before() {
    let queue = Queue::default();
    queue.push(b"a\n");
    queue.take();
    queue.written(1);
    queue.push(b"b\n");
    assert_eq!(queue.take(), work("b\n", 0), "the telling would be lost too");
    queue.written(0);
    assert_eq!(queue.take(), work("", 1), "without another line to wait for");
    queue.written(0);
    assert_eq!(queue.lost(), 1);
}

#[test]
fn a_flush_waits_for_what_is_being_written_but_not_for_ever() {
    let queue = Queue::default();
    queue.flush(Duration::from_secs(3600));
    queue.push(b"a\n");
    queue.flush(Duration::from_millis(1));
    queue.take();
    queue.flush(Duration::from_millis(1));
    std::thread::scope(|threads| {
        threads.spawn(|| queue.flush(Duration::from_secs(3600)));
        queue.written(0);
    });
}
