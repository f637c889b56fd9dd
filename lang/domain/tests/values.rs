//! Hosts, addresses, ports and methods: what is read, what is refused, and how sets of them behave.

use gloo_domain::{AddressRange, AddressSet, HostPattern, HostSet, Method, MethodSet, PortSet};
use std::net::IpAddr;

/// Pattern; hosts that it holds; hosts that it doesn't.
const HOSTS: &[(&str, &str, &str)] = &[
    ("shop.acme.com", "shop.acme.com", "acme.com a.shop.acme.com shop.acme.co xshop.acme.com"),
    ("Shop.ACME.com", "shop.acme.com", "acme.com"),
    ("*.acme.com", "a.acme.com a.b.acme.com", "acme.com xacme.com .acme.com a.acme.com.x"),
    ("*", "a a.b localhost", ""),
    ("localhost", "localhost", "a.localhost"),
    ("xn--caf-dma.example", "xn--caf-dma.example", "caf.example"),
    ("3scale.acme.com", "3scale.acme.com", ""),
    ("a1.2b", "a1.2b", ""),
];

#[test]
fn hosts_hold_what_the_page_says() {
    for (text, inside, outside) in HOSTS {
        let pattern = HostPattern::parse(text).unwrap();
        let set = pattern.set();
        let hosts =
            inside.split(' ').map(|host| (host, true)).chain(outside.split(' ').map(|host| (host, false)));
        for (host, expected) in hosts.filter(|(host, _)| !host.is_empty()) {
            assert_eq!(pattern.contains(host), expected, "{text} on {host}");
            // A set speaks of valid hosts only.
            if HostPattern::parse(host).is_ok() {
                assert_eq!(set.contains(host), expected, "set of {text} on {host}");
            }
        }
        assert_eq!(HostPattern::parse(&pattern.to_string()).unwrap(), pattern);
    }
}

/// Host; where the error is; its message; its help.
const HOST_ERRORS: &[(&str, usize, usize, &str, &str)] = &[
    ("", 0, 0, "a host is missing", "a host is written `shop.acme.com`, all below it `*.acme.com`"),
    ("*.", 2, 0, "a host is missing", "a host is written `shop.acme.com`, all below it `*.acme.com`"),
    (
        "acme.com.",
        8,
        1,
        "a host is written without the dot at its end",
        "write `\"acme.com\"`; a dot at the end of a request's host is removed before rules see it",
    ),
    ("acme.com:443", 8, 4, "a host has no port", "write `\"acme.com\"`; the port is the listener's"),
    ("acme.com/a", 8, 2, "a host has no path", "write `\"acme.com\"`"),
    ("https://acme.com/a", 0, 18, "`https://acme.com/a` is a URL, not a host", "write `\"acme.com\"`"),
    ("a..b", 2, 0, "an empty part between dots", "parts are separated by one dot"),
    ("a_b.com", 1, 1, "a host has no `_`", "hosts are made of letters, digits and hyphens (RFC 1123)"),
    (
        "a.*.com",
        2,
        1,
        "the `*` of a host stands only at its beginning",
        "write all below a name as `\"*.acme.com\"`, or list the hosts",
    ),
    (
        "*acme.com",
        0,
        1,
        "the `*` of a host stands only at its beginning",
        "write all below a name as `\"*.acme.com\"`, or list the hosts",
    ),
    (
        "*.*.com",
        2,
        1,
        "the `*` of a host stands only at its beginning",
        "write all below a name as `\"*.acme.com\"`, or list the hosts",
    ),
    ("café.com", 3, 2, "a host has no `é`", "write the name as DNS has it, with `xn--`"),
    ("a b.com", 1, 1, "a host has no ` `", "a host is made of letters, digits, hyphens and dots"),
    ("-a.com", 0, 2, "`-a` begins or ends with a hyphen", "a hyphen stands between letters or digits"),
    ("x.a-.com", 2, 2, "`a-` begins or ends with a hyphen", "a hyphen stands between letters or digits"),
    ("10.0.0.1", 0, 8, "`10.0.0.1` is an address, not a host", "give it a name in DNS and write that"),
    ("::1", 0, 3, "`::1` is an address, not a host", "give it a name in DNS and write that"),
    ("[::1]", 0, 5, "`[::1]` is an address, not a host", "give it a name in DNS and write that"),
    ("acme.42", 5, 2, "`acme.42` is no host", "the last part of a host is no number"),
    (
        "10.0.0.256",
        7,
        3,
        "`10.0.0.256` is no host",
        "an address can't stand here; give it a name in DNS and write that",
    ),
];

#[test]
fn says_what_is_wrong_with_a_host() {
    for (text, offset, length, message, help) in HOST_ERRORS {
        let error = HostPattern::parse(text).expect_err(text);
        let found =
            (error.offset, error.length, error.message.as_str(), error.help.as_deref().unwrap_or_default());
        assert_eq!(found, (*offset, *length, *message, *help), "{text}");
    }
    let label = |length: usize| "a".repeat(length);
    assert!(HostPattern::parse(&format!("{}.com", label(63))).is_ok());
    assert_eq!(
        HostPattern::parse(&format!("{}.com", label(64))).unwrap_err().message,
        "a part of 64 characters"
    );
    let name = |length: usize| format!("{}.{}", vec![label(49); 5].join("."), label(length - 250));
    assert!(HostPattern::parse(&name(253)).is_ok());
    assert_eq!(HostPattern::parse(&name(254)).unwrap_err().message, "a host of 254 characters");
    assert!(HostPattern::parse(&format!("*.{}", name(251))).is_ok());
    assert!(HostPattern::parse(&format!("*.{}", name(252))).is_err());
}

#[test]
fn the_narrowest_pattern_is_the_most_specific() {
    let sorted = ["*", "*.com", "*.acme.com", "*.shop.acme.com", "shop.acme.com"];
    let patterns = sorted.map(|text| HostPattern::parse(text).unwrap());
    for (index, wide) in patterns.iter().enumerate() {
        for (other, narrow) in patterns.iter().enumerate().skip(index + 1) {
            assert!(wide.specificity() < narrow.specificity());
            // The wildcard below `shop.acme.com` doesn't hold that host itself.
            let nested = (index, other) != (3, 4);
            assert_eq!((wide.covers(narrow), narrow.covers(wide)), (nested, false), "{wide} {narrow}");
            assert_eq!((wide.meets(narrow), narrow.meets(wide)), (nested, nested));
        }
        assert!(wide.covers(wide) && wide.meets(wide));
    }
    let other = HostPattern::parse("*.acme.org").unwrap();
    assert!(!other.meets(&patterns[2]));
}

#[test]
fn hosts_have_readable_witnesses() {
    let set = |text: &str| HostPattern::parse(text).unwrap().set();
    assert_eq!(HostSet::empty().witness(), None);
    assert_eq!(HostSet::all().witness().unwrap(), "example.com");
    assert_eq!(set("*.acme.com").witness().unwrap(), "www.acme.com");
    assert_eq!(set("*.acme.com").minus(&set("www.acme.com")).witness().unwrap(), "api.acme.com");
    assert_eq!(set("*.acme.com").minus(&set("*.www.acme.com")).witness().unwrap(), "api.acme.com");
    assert_eq!(set("*").minus(&set("*.com")).witness().unwrap(), "example.org");
    let long = format!("{}.{}", vec!["a".repeat(49); 5].join("."), "b");
    let single = set(&format!("*.{long}"));
    assert_eq!(single.witness().unwrap(), format!("a.{long}"));
    assert!(set("shop.acme.com").is_subset(&set("*.acme.com")));
    assert!(set("acme.com").is_disjoint(&set("*.acme.com")));
}

/// Text; how it is shown; addresses that it holds; addresses that it doesn't.
const ADDRESSES: &[(&str, &str, &str, &str)] = &[
    ("10.0.0.7", "10.0.0.7", "10.0.0.7 ::ffff:10.0.0.7", "10.0.0.8 ::a00:7"),
    ("10.0.0.0/8", "10.0.0.0/8", "10.0.0.0 10.255.255.255 ::ffff:10.1.2.3", "9.255.255.255 11.0.0.0"),
    ("10.0.0.7/32", "10.0.0.7", "10.0.0.7", "10.0.0.6"),
    ("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0 255.255.255.255 ::ffff:1.2.3.4", "::1 ::"),
    ("2001:db8::/32", "2001:db8::/32", "2001:db8::1", "2001:db9:: 10.0.0.1"),
    ("2001:DB8::1", "2001:db8::1", "2001:db8::1", "2001:db8::2"),
    ("::/0", "::/0", ":: ::1 ffff::", "10.0.0.1 ::ffff:10.0.0.1"),
    ("::ffff:10.0.0.7", "10.0.0.7", "10.0.0.7", "10.0.0.8"),
    ("::ffff:10.0.0.0/104", "10.0.0.0/8", "10.1.2.3", "11.0.0.0"),
    ("::ffff:0.0.0.0/96", "0.0.0.0/0", "1.2.3.4", "::1"),
];

#[test]
fn addresses_hold_what_the_page_says() {
    for (text, shown, inside, outside) in ADDRESSES {
        let range = AddressRange::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(range.to_string(), *shown);
        assert_eq!(AddressRange::parse(shown).unwrap(), range);
        let addresses = inside.split(' ').map(|a| (a, true)).chain(outside.split(' ').map(|a| (a, false)));
        for (address, expected) in addresses {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(range.contains(address), expected, "{text} on {address}");
            assert_eq!(range.set().contains(address), expected, "set of {text} on {address}");
        }
    }
}

/// Text; its message; its help.
const ADDRESS_ERRORS: &[(&str, &str, &str)] = &[
    (
        "10.0.0.1/8",
        "`10.0.0.1/8` is not the first address of a range",
        "write `10.0.0.0/8` for the whole range, `10.0.0.1` for the one address",
    ),
    (
        "2001:db8::1/32",
        "`2001:db8::1/32` is not the first address of a range",
        "write `2001:db8::/32` for the whole range, `2001:db8::1` for the one address",
    ),
    (
        "::ffff:10.0.0.1/104",
        "`::ffff:10.0.0.1/104` is not the first address of a range",
        "write `10.0.0.0/8` for the whole range, `10.0.0.1` for the one address",
    ),
    ("10.0.0.0/33", "`/33` is no prefix length", "write a number from 0 to 32"),
    ("::/129", "`/129` is no prefix length", "write a number from 0 to 128"),
    ("10.0.0.0/", "`/` is no prefix length", "write a number from 0 to 32"),
    ("10.0.0.0/+8", "`/+8` is no prefix length", "write a number from 0 to 32"),
    ("10.0.0.0/08", "`/08` is no prefix length", "write a number from 0 to 32"),
    ("10.0.0.0/8/8", "`/8/8` is no prefix length", "write a number from 0 to 32"),
    (
        "10.0.0.256",
        "`10.0.0.256` is no address",
        "an address is written `10.0.0.7`, a range `10.0.0.0/8`, IPv6 `\"2001:db8::/32\"`",
    ),
    (
        "10.0.0",
        "`10.0.0` is no address",
        "an address is written `10.0.0.7`, a range `10.0.0.0/8`, IPv6 `\"2001:db8::/32\"`",
    ),
    ("010.0.0.1", "`010.0.0.1` is no address", "write the numbers without leading zeros"),
    ("10.0.0.1:80", "`10.0.0.1:80` is no address", "leave out the port"),
    ("[::1]", "`[::1]` is no address", "write `::1` without the brackets"),
    ("fe80::1%eth0", "`fe80::1%eth0` is no address", "leave out the zone behind `%`"),
    (
        "",
        "`` is no address",
        "an address is written `10.0.0.7`, a range `10.0.0.0/8`, IPv6 `\"2001:db8::/32\"`",
    ),
];

#[test]
fn says_what_is_wrong_with_an_address() {
    for (text, message, help) in ADDRESS_ERRORS {
        let error = AddressRange::parse(text).expect_err(text);
        assert_eq!(
            (error.message.as_str(), error.help.as_deref().unwrap_or_default()),
            (*message, *help),
            "{text}"
        );
        assert!(error.offset + error.length <= text.len());
    }
}

#[test]
fn addresses_have_readable_witnesses() {
    let set = |text: &str| AddressRange::parse(text).unwrap().set();
    let witness = |set: AddressSet| set.witness().map(|address| address.to_string());
    assert_eq!(witness(AddressSet::empty()), None);
    assert_eq!(witness(AddressSet::all()).unwrap(), "192.0.2.1");
    assert_eq!(witness(set("10.0.0.0/8")).unwrap(), "10.0.0.1");
    assert_eq!(witness(set("10.0.0.0/8").complement()).unwrap(), "192.0.2.1");
    assert_eq!(witness(set("10.7.0.0/16")).unwrap(), "10.7.0.1");
    assert_eq!(witness(set("10.7.0.0")).unwrap(), "10.7.0.0");
    assert_eq!(witness(set("2001:db8::/32")).unwrap(), "2001:db8::1");
    assert_eq!(witness(set("fe80::/10")).unwrap(), "fe80::1");
    assert_eq!(witness(set("0.0.0.0/0").complement()).unwrap(), "2001:db8::1");
    assert_eq!(set("0.0.0.0/0").join(&set("::/0")), AddressSet::all());
}

#[test]
fn ports_and_methods_are_sets() {
    assert_eq!(PortSet::all().witness(), Some(443));
    assert_eq!(PortSet::port(7).witness(), Some(7));
    assert_eq!(PortSet::port(443).complement().witness(), Some(80));
    assert!(!PortSet::all().contains(0) && PortSet::port(0).is_empty());
    assert_eq!(PortSet::of([(10, 20), (21, 30), (5, 4), (25, 40)]), PortSet::of([(10, 40)]));
    assert_eq!(PortSet::of([(1, 65535)]), PortSet::all());
    let witnesses: Vec<u16> = PortSet::minterms(&[&PortSet::of([(1, 100)]), &PortSet::port(80)])
        .into_iter()
        .map(|class| class.witness)
        .collect();
    assert_eq!(witnesses, [1, 80, 443]);

    assert_eq!(Method::parse("GET"), Some(Method::Get));
    assert_eq!((Method::parse("get"), Method::parse("PURGE")), (None, None));
    assert_eq!((Method::of_request("get"), Method::of_request("PATCH")), (Method::Other, Method::Patch));
    let safe: MethodSet = [Method::Get, Method::Head].into_iter().collect();
    let classes = MethodSet::minterms(&[safe, MethodSet::ALL]);
    let found: Vec<_> = classes.iter().map(|class| (class.members.as_slice(), class.witness)).collect();
    assert_eq!(found, [([0, 1].as_slice(), Method::Get), ([1].as_slice(), Method::Post)]);
    assert_eq!(safe.complement().complement(), safe);
    assert_eq!(format!("{safe:?}"), "{Get, Head}");
    assert_eq!(MethodSet::ALL.minus(safe).witness().unwrap().to_string(), "POST");
    assert_eq!(Method::Other.to_string(), "PURGE");
}
