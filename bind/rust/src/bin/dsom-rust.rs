//! dsom-rust interfaces LIBRARY [--out FILE]: the interfaces of a class library as code of Rust.

use std::process::exit;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(|s| s.as_str()).collect();
    let done = match args[..] {
        ["interfaces", library] if !library.starts_with('-') => dsom::build::text(library).map(|text| print!("{text}")),
        ["interfaces", library, "--out", to] | ["interfaces", "--out", to, library] => dsom::build::write(library, to).map(|()| println!("{to}")),
        _ => {
            eprintln!("usage: dsom-rust interfaces LIBRARY [--out FILE]");
            exit(2)
        }
    };
    if let Err(e) = done {
        eprintln!("dsom-rust: {e}");
        exit(1)
    }
}
