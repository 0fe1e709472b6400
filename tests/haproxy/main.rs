//! The probe against the real HAProxy of this machine: every way in which it can mislead.

mod access;
mod lab;
mod reload;
mod servers;
