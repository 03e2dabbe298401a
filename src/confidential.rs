//! Search for confidential names: in the texts of the content, and in finished files.
//!
//! In: names and a text. Out: each name that occurs, its bytes, its likeness. Nothing here decides what is public.

mod escapes;
mod fold;

pub use escapes::without_entities;
pub use fold::{FoldedText, Likeness};

use aho_corasick::AhoCorasick;
use std::{cmp::Reverse, ops::Range};

pub struct ConfidentialNames<'a> {
    names: Vec<(&'a str, FoldedText)>,
    search: AhoCorasick,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundName<'a> {
    pub name: &'a str,
    /// Bytes of the text.
    pub written: Range<usize>,
    /// Bytes of the folded text's shape.
    pub shape: Range<usize>,
    pub likeness: Likeness,
}

impl<'a> ConfidentialNames<'a> {
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> ConfidentialNames<'a> {
        let folded = names.into_iter().map(|name| {
            // No place within the name itself is ever reported.
            (name, FoldedText::new(name.chars().map(|c| (c, 0..0))))
        });
        let names: Vec<_> = folded.filter(|(_, it)| !it.shape.is_empty()).collect();
        let shapes = names.iter().map(|(_, folded)| &folded.shape);
        let search = AhoCorasick::new(shapes).expect("fewer names than the search can hold");
        ConfidentialNames { names, search }
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Each name in a text of the content, at its first place, the same before one that looks alike.
    pub fn find(&self, text: &str) -> Vec<FoundName<'a>> {
        first_of_each(self.find_all(&FoldedText::new(escapes::decoded(text))))
    }

    /// Folds a text of a finished file, with all escapes decoded; `None` if no name is in it.
    pub fn fold_file(&self, text: &str) -> Option<FoldedText> {
        let may_contain = self.search.is_match(&fold::shape(text));
        may_contain.then(|| FoldedText::new(escapes::decoded_code(text)))
    }

    /// Every place of every name in a folded text.
    pub fn find_all(&self, text: &FoldedText) -> Vec<FoundName<'a>> {
        let places = self.search.find_overlapping_iter(&text.shape);
        Vec::from_iter(places.filter_map(|place| {
            let (name, folded) = &self.names[place.pattern().as_usize()];
            Some(FoundName {
                name,
                likeness: text.compare(place.start(), folded)?,
                written: text.written(place.range()),
                shape: place.range(),
            })
        }))
    }
}

/// The first place of each name, the same before those that look alike; in the order of the text.
pub fn first_of_each(mut found: Vec<FoundName>) -> Vec<FoundName> {
    found.sort_by_key(|it| (it.name, Reverse(it.likeness)));
    found.dedup_by_key(|it| it.name);
    found.sort_by_key(|it| (it.written.start, it.written.end));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The likeness of a name to a text, and the name as it stands there.
    fn find<'t>(name: &str, text: &'t str) -> Option<(Likeness, &'t str)> {
        let names = ConfidentialNames::new([name]);
        let found = names.find(text);
        let first = found.first()?;
        Some((first.likeness, &text[first.written.clone()]))
    }

    #[test]
    fn neither_spelling_nor_escapes_hide_a_name() {
        for (name, text, written) in [
            // Width, case and white space.
            ("himitsu", "甲ＨＩＭＩＴＳＵ社", "ＨＩＭＩＴＳＵ"),
            ("カナ商事", "ｶﾅ商事", "ｶﾅ商事"),
            ("ガッポ", "とｶﾞｯﾎﾟへ", "ｶﾞｯﾎﾟ"),
            ("秘密商事", "の秘密\n 商　事と", "秘密\n 商　事"),
            ("Google Drive", "GoogleDriveに", "GoogleDrive"),
            ("Google Drive", "on google  drive.", "google  drive"),
            ("GoogleDrive", "Google\nDrive", "Google\nDrive"),
            ("Café", "cafe\u{301}で", "cafe\u{301}"),
            // Characters that print nothing.
            (
                "秘密商事",
                "秘密\u{200b}商\u{fe00}事\u{e0100}",
                "秘密\u{200b}商\u{fe00}事",
            ),
            ("Himitsu", "Himi\u{ad}tsu", "Himi\u{ad}tsu"),
            ("秘密商事", "\u{feff}秘密\u{2060}商事", "秘密\u{2060}商事"),
            // Hyphens.
            ("A-B社", "A–B社", "A–B社"),
            ("A-B社", "Ａ−Ｂ社", "Ａ−Ｂ社"),
            ("A-B社", "AーB社", "AーB社"),
            ("A-B社", "A‑B社", "A‑B社"),
            ("Mihon Cloud", "MIHON-CLOUD", "MIHON-CLOUD"),
            ("D-Box", "D Boxに", "D Box"),
            ("D-Box", "DBox", "DBox"),
            ("D-Box", "D─Box", "D─Box"),
            ("DBox", "DーBox", "DーBox"),
            // Kana.
            ("ガス", "カ゛ス", "カ゛ス"),
            ("みほん商事", "ミホン商事", "ミホン商事"),
            ("ヴェル", "ゔぇる", "ゔぇる"),
            ("霞ヶ関社", "霞ケ関社", "霞ケ関社"),
            ("三ヵ月社", "三カ月社", "三カ月社"),
            // Variants of one character.
            ("高橋", "髙橋", "髙橋"),
            ("山崎", "山﨑", "山﨑"),
            ("浜田", "濵田", "濵田"),
            ("渡辺", "渡邉", "渡邉"),
            ("斉藤", "齋藤", "齋藤"),
            // Companies.
            ("株式会社秘密", "㈱秘密", "㈱秘密"),
            ("(株)秘密", "株式 会社 秘密", "株式 会社 秘密"),
            ("秘密㈲", "秘密有限会社の", "秘密有限会社"),
            ("（株）秘密", "株式會社秘密", "株式會社秘密"),
            ("㈱秘密", "㍿秘密", "㍿秘密"),
            // Escapes.
            ("見本社", "/%E8%A6%8B%e6%9c%ac社", "%E8%A6%8B%e6%9c%ac社"),
            ("R&D", "R&amp;D", "R&amp;D"),
            ("見本", "&#35211;&#x672C;", "&#35211;&#x672C;"),
            // Whole words.
            ("Box", "Boxに保存", "Box"),
            ("BOX", "と(box)", "box"),
            ("BOX社", "BOX社", "BOX社"),
            ("Box", "drop box-like", "box"),
        ] {
            assert_eq!(
                find(name, text),
                Some((Likeness::Same, written)),
                "{name} in {text}"
            );
        }
    }

    #[test]
    fn what_only_looks_like_a_name_is_no_more_than_a_likeness() {
        for (name, text, written) in [
            ("ロコ社", "口コ社", "口コ社"),
            ("ニコ社", "二コ社", "二コ社"),
            ("カナ", "力ナ", "力ナ"),
            ("エコ", "工コ", "工コ"),
            ("タワ社", "夕ワ社", "夕ワ社"),
            ("トヨ社", "卜ヨ社", "卜ヨ社"),
            ("ハナ社", "八ナ社", "八ナ社"),
            ("データ社", "デ一タ社", "デ一タ社"),
            ("キヤノ社", "キャノ社", "キャノ社"),
            ("Box", "B0x", "B0x"),
            ("Slack", "S1ack", "S1ack"),
            ("Slack", "SIack", "SIack"),
            ("IBM", "lBM", "lBM"),
            ("Box", "Вох", "Вох"),
            ("Box", "Bοx", "Bοx"),
            ("NTT", "ΝΤΤ", "ΝΤΤ"),
        ] {
            let found = find(name, text);
            assert_eq!(
                found,
                Some((Likeness::LooksAlike, written)),
                "{name} in {text}"
            );
        }
    }

    #[test]
    fn other_words_are_no_names() {
        for (name, text) in [
            ("Box", "Boxer"),
            ("Box", "Dropbox"),
            ("Box", "Drop\u{200b}box"),
            ("Box", "Éboxé Boxé"),
            ("Box", "Вохer"),
            ("Google Drive", "Google Drives"),
            ("Mall", "mail"),
            ("365", "1365"),
            ("ace", "sha256-0face1"),
            ("秘密商事", "秘密 商店 事"),
            ("秘密商事", "秘密\0商事"),
            ("ハシ社", "パシ社"),
            ("", "x"),
        ] {
            assert_eq!(find(name, text), None, "{name} in {text}");
        }
    }

    #[test]
    fn each_name_is_found_once_and_the_same_wins() {
        let names = ConfidentialNames::new(["Box", "BOX社", "秘密"]);
        let text = "B0x、秘密、秘密、BOX社";
        let found = names.find(text);
        let found = found
            .iter()
            .map(|it| (it.name, &text[it.written.clone()], it.likeness));
        let same = |name, written| (name, written, Likeness::Same);
        assert_eq!(
            found.collect::<Vec<_>>(),
            [
                same("秘密", "秘密"),
                same("Box", "BOX"),
                same("BOX社", "BOX社")
            ]
        );
    }
}
