use std::sync::mpsc;
use std::time::Duration;

use super::Aside;

#[tokio::test]
async fn a_question_that_hangs_holds_up_the_next_and_its_answer_is_not_taken_for_it() {
    let mut aside = Aside::default();
    let (hang, hanging) = mpsc::channel::<()>();
    // Each look may be dropped at its timeout.
    let first = aside.ask(move || {
        let _ = hanging.recv();
        1
    });
    assert!(tokio::time::timeout(Duration::from_millis(1), first).await.is_err());
    let (asked, heard) = mpsc::channel();
    for number in 2..5 {
        let asked = asked.clone();
        let next = aside.ask(move || {
            asked.send(number).unwrap();
            number
        });
        assert!(tokio::time::timeout(Duration::from_millis(1), next).await.is_err());
    }
    assert!(heard.try_recv().is_err(), "asked while another one hangs");
    drop(hang);
    assert_eq!(aside.ask(|| 5).await.unwrap(), 5);
}
