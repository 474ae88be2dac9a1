//! Names of the IDL as Rust has them.

use std::collections::HashSet;

const WORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];
/// These cannot be written with `r#`, or are what generated code uses.
const TAKEN: &[&str] = &["self", "super", "crate", "_", "new", "class", "up", "target"];
const TYPES: &[&str] = &["Self", "Option", "String", "Vec", "Box", "Send", "Sync", "Copy", "Clone", "Some", "None", "Ok", "Err", "Other", "Nothing", "From", "Into"];

/// A typelib is not trusted: what is no letter, digit or underscore is one, and a digit does not begin.
fn clean(s: &str) -> String {
    let s: String = s.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if s.is_empty() || s.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("_{s}");
    }
    s
}

/// `friendOf` is `friend_of`; Rust's words are `r#type`.
pub fn snake(s: &str) -> String {
    let s = clean(s);
    let all: Vec<char> = s.chars().collect();
    let mut to = String::new();
    for (i, c) in all.iter().enumerate() {
        let begins = c.is_ascii_uppercase() && i > 0 && (!all[i - 1].is_ascii_uppercase() || all.get(i + 1).map_or(false, |n| n.is_ascii_lowercase())) && all[i - 1] != '_';
        if begins {
            to.push('_');
        }
        to.push(c.to_ascii_lowercase());
    }
    if TAKEN.contains(&to.as_str()) {
        to.push('_');
    } else if WORDS.contains(&to.as_str()) {
        to.insert_str(0, "r#");
    }
    to
}

/// `TOO_LOUD` and `too_loud` are `TooLoud`; `TooLoud` is itself.
pub fn camel(s: &str) -> String {
    let s = clean(s);
    let shouted = s.contains('_') && !s.contains(|c: char| c.is_ascii_lowercase());
    let mut to = String::new();
    for part in s.split('_').filter(|p| !p.is_empty()) {
        let (first, rest) = part.split_at(1);
        to.push_str(&first.to_ascii_uppercase());
        to.push_str(&if shouted { rest.to_ascii_lowercase() } else { rest.to_owned() });
    }
    if to.is_empty() || to.starts_with(|c: char| c.is_ascii_digit()) {
        to.insert(0, 'X');
    }
    if TYPES.contains(&to.as_str()) {
        to.push('_');
    }
    to
}

/// One that is not there yet: with a number behind it else.
pub fn unique(name: String, there: &mut HashSet<String>) -> String {
    unique_with(name, &[], there)
}

/// One of which neither itself nor what ends so is there yet, and now all are.
pub fn unique_with(name: String, ends: &[&str], there: &mut HashSet<String>) -> String {
    let mut is = name.clone();
    let mut n = 2;
    while there.contains(&is) || ends.iter().any(|e| there.contains(&format!("{is}{e}"))) {
        let bare = name.trim_start_matches("r#");
        let camel = bare.starts_with(|c: char| c.is_ascii_uppercase()) && bare.contains(|c: char| c.is_ascii_lowercase());
        is = format!("{bare}{}{n}", if camel { "" } else { "_" }); // Rust's camel case has no underscores
        n += 1;
    }
    there.insert(is.clone());
    there.extend(ends.iter().map(|e| format!("{is}{e}")));
    is
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_rust() {
        for (from, to) in [("friend_of", "friend_of"), ("friendOf", "friend_of"), ("getURLNow", "get_url_now"), ("type", "r#type"), ("self", "self_"), ("9x", "_9x"), ("a-b", "a_b"), ("", "__")] {
            assert_eq!(snake(from), to);
        }
        for (from, to) in [("red", "Red"), ("TOO_LOUD", "TooLoud"), ("too_loud", "TooLoud"), ("TooLoud", "TooLoud"), ("SOMObject", "SOMObject"), ("String", "String_"), ("9", "X9")] {
            assert_eq!(camel(from), to);
        }
    }

    #[test]
    fn a_name_that_is_there_gets_a_number() {
        let mut there = Default::default();
        let all: Vec<_> = (0..3).map(|_| unique("r#type".into(), &mut there)).collect();
        assert_eq!(all, ["r#type", "type_2", "type_3"]);
        let mut there = Default::default();
        let all: Vec<_> = ["DOG", "DOG_CLASS", "CAT_CLASS", "CAT"].into_iter().map(|n| unique_with(n.into(), &["_CLASS"], &mut there)).collect();
        assert_eq!(all, ["DOG", "DOG_CLASS_2", "CAT_CLASS", "CAT_2"]);
        let all: Vec<_> = ["Dog", "DogMethods"].into_iter().map(|n| unique_with(n.into(), &["Methods"], &mut there)).collect();
        assert_eq!(all, ["Dog", "DogMethods2"]);
    }
}
