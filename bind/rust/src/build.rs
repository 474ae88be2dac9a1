//! For build scripts: `dsom::build::interfaces("libzoo.so")` writes what `include!(concat!(env!("OUT_DIR"), "/zoo.rs"));` reads.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// The text of a library's interfaces.
pub fn text(library: impl AsRef<Path>) -> Result<String> {
    crate::generate::library(library.as_ref())
}

/// Writes the text of a library's interfaces to a file, if it is another one than is there.
pub fn write(library: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<()> {
    let (text, to) = (text(library)?, to.as_ref());
    if std::fs::read_to_string(to).ok().as_deref() == Some(&text) {
        return Ok(());
    }
    let written = to.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(to, text));
    written.map_err(|e| Error::other(format!("{}: {e}", to.display())))
}

/// In a build script: writes the interfaces of `libzoo.so` to `zoo.rs` in the folder OUT_DIR, and has Cargo run the script again when the library is another one.
pub fn interfaces(library: impl AsRef<Path>) -> Result<PathBuf> {
    let library = library.as_ref();
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| Error::other("no OUT_DIR: interfaces is for build scripts"))?;
    let stem = library.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = stem.strip_prefix("lib").unwrap_or(&stem).split('.').next().unwrap_or("").to_owned();
    let to = Path::new(&folder).join(format!("{stem}.rs"));
    write(library, &to)?;
    println!("cargo:rerun-if-changed={}", library.display());
    Ok(to)
}
