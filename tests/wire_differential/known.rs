//! Where the codecs are known to differ.

/// One way in which a codec differs from ours.
pub(crate) struct Known {
    /// The other codec.
    pub(crate) oracle: &'static str,
    /// What it does in our place, or the field that it reads in another way.
    pub(crate) does: &'static str,
    /// A part of what we say about the message.
    pub(crate) ours: &'static str,
    /// A part of what it says.
    pub(crate) theirs: &'static str,
    /// Why that is no fault of ours. Read by people, and so by no code but the failure message.
    pub(crate) why: &'static str,
}

const fn rustbgpd(
    does: &'static str,
    ours: &'static str,
    theirs: &'static str,
    why: &'static str,
) -> Known {
    Known { oracle: "rustbgpd-wire", does, ours, theirs, why }
}

const fn netgauze(
    does: &'static str,
    ours: &'static str,
    theirs: &'static str,
    why: &'static str,
) -> Known {
    Known { oracle: "netgauze-bgp-pkt", does, ours, theirs, why }
}

/// The first entry that fits counts.
pub(crate) const KNOWN: &[Known] = &[
    // OPEN
    rustbgpd("accepts", "a hold time of", "", "OPEN values are checked by its state machine crate"),
    rustbgpd("accepts", "AS 0 ", "", "OPEN values are checked by its state machine crate"),
    rustbgpd(
        "accepts",
        "BGP identifier 0.0.0.0",
        "",
        "OPEN values are checked by its state machine crate",
    ),
    rustbgpd(
        "accepts",
        "capability of the wrong length",
        "",
        "keeps it as unknown; we refuse those that decide how a session is read",
    ),
    netgauze("accepts", "AS 0 ", "", "does not know RFC 7607"),
    netgauze(
        "AS number",
        "open",
        "",
        "takes the last of several four-octet AS capabilities, we the first",
    ),
    netgauze(
        "refuses",
        "open",
        "InvalidBgpId",
        "wants an address; RFC 6286 makes any number but 0 an identifier",
    ),
    netgauze(
        "refuses",
        "open",
        "UndefinedParameterType",
        "does not know the extended form of RFC 9072",
    ),
    netgauze(
        "refuses",
        "open",
        "CapabilityError",
        "refuses values that it does not know in optional capabilities; RFC 5492 §3 ignores them",
    ),
    // NOTIFICATION and ROUTE-REFRESH
    rustbgpd(
        "refuses",
        "notification",
        "body too short",
        "we take a short one for what it is, the end",
    ),
    rustbgpd(
        "accepts",
        "a ROUTE-REFRESH that is not 4",
        "",
        "reads filters (RFC 5291), which we never ask for",
    ),
    rustbgpd(
        "refuses",
        "route-refresh",
        "Incomplete",
        "reads filters in a subtype that RFC 7313 §5 has us ignore",
    ),
    netgauze(
        "refuses",
        "notification",
        "Undefined",
        "refuses codes that it does not know, RFC 9687 among them; the session ends all the same",
    ),
    netgauze(
        "refuses",
        "notification",
        "UnexpectedEof",
        "we take a short one for what it is, the end",
    ),
    netgauze(
        "refuses",
        "route-refresh",
        "Undefined",
        "refuses families and subtypes that RFC 2918 §4 and RFC 7313 §5 ignore",
    ),
    netgauze(
        "refuses",
        "route-refresh",
        "AddressTypeError",
        "refuses families that RFC 2918 §4 ignores",
    ),
    // Families and attributes that we do not read
    rustbgpd(
        "refuses",
        "foreign family",
        "",
        "resets the session for families it does not know, and reads some that we only keep",
    ),
    netgauze(
        "refuses",
        "foreign family",
        "",
        "refuses families that it does not know, and reads some that we only keep",
    ),
    rustbgpd("discards", "sound", "foreign attribute", "reads attributes that we only keep"),
    rustbgpd("withdraws", "", "foreign attribute", "reads attributes that we only keep"),
    netgauze(
        "refuses",
        "sound",
        "SegmentIdentifierParsingError",
        "reads an attribute that we only keep",
    ),
    // UPDATE
    rustbgpd(
        "accepts",
        "without routes to withdraw",
        "",
        "leaves RFC 7606 §5.2 to its transport crate",
    ),
    rustbgpd(
        "accepts",
        "not for an external neighbour",
        "",
        "drops LOCAL_PREF in its session crate",
    ),
    rustbgpd(
        "withdraws",
        "stands there twice",
        "RFC 7607",
        "reads a second AS_PATH; RFC 7606 §3 (g) has us discard it",
    ),
    rustbgpd(
        "discards",
        "sound",
        "removed from AS4_PATH",
        "counts what RFC 6793 §6 has us strip without a word",
    ),
    rustbgpd(
        "withdraws",
        "sound",
        "flags 0x",
        "looks at the Partial bit; RFC 7606 §3 (c) names the two others",
    ),
    rustbgpd(
        "refuses",
        "sound",
        "flags 0x",
        "looks at the Partial bit; RFC 7606 §5.3 may mean it, but the prefixes can be read",
    ),
    netgauze(
        "accepts",
        "is not link-local",
        "",
        "takes any second next hop; RFC 2545 §3 allows a link-local one only",
    ),
    netgauze(
        "refuses",
        "sound",
        "InvalidPartialFlagValue",
        "looks at the Partial bit; RFC 7606 §3 (c) names the two others",
    ),
    netgauze(
        "refuses",
        "sound",
        "UnicastNetwork",
        "refuses multicast prefixes; RFC 4271 §6.3 ignores them",
    ),
    netgauze(
        "refuses",
        "sound",
        "UndefinedAsPathSegmentType",
        "does not know the confederation segments that we strip from AS4_PATH",
    ),
    netgauze("accepts", "it is missing", "", "does not ask for mandatory attributes"),
    netgauze(
        "accepts",
        "claims to be well-known",
        "",
        "keeps attributes that claim to be known to all",
    ),
    netgauze("accepts", "stands there twice", "", "does not look for a second one"),
    netgauze("accepts", "a set of ASes", "", "does not know RFC 9774"),
    netgauze("accepts", "AS_PATH at octet 27: AS 0", "", "does not know RFC 7607"),
    netgauze("accepts", "is not the address of a host", "", "does not look at the next hop"),
    netgauze(
        "accepts",
        "a next hop of the wrong length",
        "",
        "takes a next hop of any length from 16 octets for one",
    ),
    netgauze("accepts", "not for a session with 4-octet", "", "does not know RFC 6793 §4.1"),
    netgauze("accepts", "not for an external neighbour", "", "does not know who the neighbour is"),
    netgauze("accepts", "AS4_AGGREGATOR", "", "does not read it"),
];
