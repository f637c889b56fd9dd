//! What RE2 knows of Unicode: groups of characters by name, and which letters differ by case alone.
//!
//! RE2's tables are those of Unicode 15.1; the tables at hand are newer, so what came later is taken out.

use regex_syntax::hir::{Class, ClassUnicode, HirKind};
use std::sync::LazyLock;

/// The general categories, by the short names that RE2 knows.
const CATEGORIES: &str =
    "C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs";

/// The scripts, by the long names that RE2 knows.
const SCRIPTS: &str = "\
    Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali \
    Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma \
    Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari \
    Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic \
    Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana \
    Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana \
    Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A \
    Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi \
    Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro \
    Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong \
    Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian \
    Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa \
    Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala \
    Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet \
    Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho \
    Warang_Citi Yezidi Yi Zanabazar_Square";

/// What was assigned in the version of RE2's tables.
static ASSIGNED: LazyLock<ClassUnicode> =
    LazyLock::new(|| table("Age=15.1").unwrap_or_else(ClassUnicode::empty));

/// The characters that `\p{name}` stands for, but for those that are surrogates.
pub(super) fn group(name: &str) -> Option<ClassUnicode> {
    let listed = |names: &str| names.split(' ').any(|known| known == name);
    let mut class = match name {
        "Any" => return Some(all()),
        "Cs" => return Some(ClassUnicode::empty()),
        // RE2's group `C` leaves out what is not assigned.
        "C" => union_of(["Cc", "Cf", "Co"].into_iter().filter_map(table)),
        _ if listed(CATEGORIES) => table(&format!("gc={name}"))?,
        _ if listed(SCRIPTS) => table(&format!("sc={name}"))?,
        _ => return None,
    };
    class.intersect(&ASSIGNED);
    Some(class)
}

/// The characters of the class, with all that differ from one of them by case alone.
pub(super) fn fold(mut class: ClassUnicode) -> ClassUnicode {
    let mut known = class.clone();
    known.intersect(&ASSIGNED);
    if known.try_case_fold_simple().is_ok() {
        known.intersect(&ASSIGNED);
        class.union(&known);
    }
    class
}

/// Whether RE2 takes the name for `(?P<name>…)`: word characters of any script.
pub(super) fn is_group_name(name: &str) -> bool {
    let ascii = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty()
        && (name.chars().all(ascii) || {
            let others = union_of(["L", "Nl", "Mn", "Mc", "Nd", "Pc"].into_iter().filter_map(group));
            name.chars()
                .all(|c| others.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c)))
        })
}

fn all() -> ClassUnicode {
    let mut all = ClassUnicode::empty();
    all.negate();
    all
}

fn union_of(classes: impl Iterator<Item = ClassUnicode>) -> ClassUnicode {
    let mut union = ClassUnicode::empty();
    classes.for_each(|class| union.union(&class));
    union
}

/// A class of the tables at hand.
fn table(query: &str) -> Option<ClassUnicode> {
    let hir = regex_syntax::Parser::new().parse(&format!(r"\p{{{query}}}")).ok()?;
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        // A group of one character comes as that character.
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let c = text.chars().next()?;
            Some(super::class::single(c..=c))
        }
        _ => None,
    }
}
