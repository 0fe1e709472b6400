//! F5: anycast addresses on the loopback, by rtnetlink: what is present × what is wanted → steps.
