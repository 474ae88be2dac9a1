//! Writes the interfaces of the libraries that SUITE_LIBRARIES names, a space between them.

fn main() {
    println!("cargo:rerun-if-env-changed=SUITE_LIBRARIES");
    for library in std::env::var("SUITE_LIBRARIES").expect("SUITE_LIBRARIES").split(' ') {
        if let Err(e) = dsom::build::interfaces(library) {
            panic!("{library}: {e}");
        }
    }
}
