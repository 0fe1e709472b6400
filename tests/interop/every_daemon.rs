//! Each claim about "the other side", as one test per daemon.

/// Makes a module per daemon, with a test for each claim: a function generic over the daemon.
macro_rules! against_every_daemon {
    (that can ask for a refresh: $($claim:ident),+ $(,)?) => {
        mod frr_refresh {
            $(#[test] fn $claim() { super::$claim::<crate::support::frr::Frr>(); })+
        }
        mod bird_refresh {
            $(#[test] fn $claim() { super::$claim::<crate::support::bird::Bird>(); })+
        }
        mod exabgp_refresh {
            $(#[test] fn $claim() { super::$claim::<crate::support::exabgp::Exabgp>(); })+
        }
    };
    (that keeps routes to the letter: $($claim:ident),+ $(,)?) => {
        mod frr_letter {
            $(#[test] fn $claim() { super::$claim::<crate::support::frr::Frr>(); })+
        }
        mod bird_letter {
            $(#[test] fn $claim() { super::$claim::<crate::support::bird::Bird>(); })+
        }
    };
    (that keeps routes: $($claim:ident),+ $(,)?) => {
        mod frr {
            $(#[test] fn $claim() { super::$claim::<crate::support::frr::Frr>(); })+
        }
        mod gobgp {
            $(#[test] fn $claim() { super::$claim::<crate::support::gobgp::Gobgp>(); })+
        }
        mod bird {
            $(#[test] fn $claim() { super::$claim::<crate::support::bird::Bird>(); })+
        }
    };
    ($($claim:ident),+ $(,)?) => {
        mod frr {
            $(#[test] fn $claim() { super::$claim::<crate::support::frr::Frr>(); })+
        }
        mod gobgp {
            $(#[test] fn $claim() { super::$claim::<crate::support::gobgp::Gobgp>(); })+
        }
        mod bird {
            $(#[test] fn $claim() { super::$claim::<crate::support::bird::Bird>(); })+
        }
        mod exabgp {
            $(#[test] fn $claim() { super::$claim::<crate::support::exabgp::Exabgp>(); })+
        }
    };
}
