//! Names of objects and of their parts: DNS labels of at most 63 characters.

/// What is left of a text as a DNS label: lower case, other characters as `-`, and a hash where it was cut.
pub fn label(text: &str) -> String {
    let mut label = String::new();
    for character in text.chars() {
        let next = character.to_ascii_lowercase();
        if next.is_ascii_alphanumeric() {
            label.push(next);
        } else if !label.ends_with('-') {
            label.push('-');
        }
    }
    let label = label.trim_matches('-');
    let label = if label.is_empty() { "x" } else { label };
    if label.len() <= 63 {
        return label.to_owned();
    }
    let kept: String = label.chars().take(54).collect();
    format!("{}-{:08x}", kept.trim_end_matches('-'), fnv(text))
}

/// A label that tells these parts from all others, which may come to the same label.
pub fn told(label: &str, parts: &[String]) -> String {
    let kept: String = label.chars().take(54).collect();
    format!("{}-{:08x}", kept.trim_end_matches('-'), fnv(&parts.join("\0")))
}

/// The 32-bit FNV-1a hash of a text.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn labels_are_dns_labels() {
        assert_eq!(label("Shop.Acme/Checkout"), "shop-acme-checkout");
        assert_eq!(label("--"), "x");
        let long = label(&"a.b".repeat(40));
        assert!(long.len() <= 63 && long != label(&"a.b".repeat(41)), "{long}");
    }
}
