//! F1: octets ⇄ messages.
