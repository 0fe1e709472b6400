//! F1: routes wanted, sent and received.
