//! Builds what the crate stands on, in C, with the machine's compiler: libsomhost, the reader of typelibs, and libsom, unless DSOM_LIBSOM names the folder of one.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let root = here.join("../..");
    let kernel = kernel(&root, &out);
    let host = host(&root, &out);

    // Cargo tells the loader of folders below its own alone, so that programs and their tests find libsom there.
    println!("cargo:rustc-link-search=native={}", kernel.display());
    println!("cargo:rustc-link-search=native={}", host.display());
    println!("cargo:rustc-link-lib=static=somhost");
    println!("cargo:rustc-link-lib=dylib=som");
    println!("cargo:rustc-link-lib=dylib=ffi");
    println!("cargo:rustc-link-lib=dylib=pthread");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", kernel.display());
    println!("cargo:libdir={}", kernel.display());
    for name in ["DSOM_LIBSOM", "CC", "AR", "CFLAGS"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    for part in ["bind/host", "bind/c/typelib", "libsom/include", "libsom/src"] {
        println!("cargo:rerun-if-changed={}", root.join(part).display());
    }
}

/// The folder with libsom.so.1: it is made of the repository's, or has links to the files of the one that is given.
fn kernel(root: &Path, out: &Path) -> PathBuf {
    let to = out.join("kernel");
    if let Some(given) = env::var_os("DSOM_LIBSOM") {
        let given = std::fs::canonicalize(&given).unwrap_or_else(|e| fail(&format!("DSOM_LIBSOM={}: {e}", given.to_string_lossy())));
        let _ = std::fs::remove_dir_all(&to);
        std::fs::create_dir_all(&to).unwrap_or_else(|e| fail(&e.to_string()));
        for name in ["libsom.so", "libsom.so.1", "libsom-meta.so.1"] {
            if given.join(name).exists() {
                std::os::unix::fs::symlink(given.join(name), to.join(name)).unwrap_or_else(|e| fail(&e.to_string()));
            }
        }
    } else {
        run(Command::new("make").arg("-s").arg("-C").arg(root.join("libsom")).arg(format!("BUILD={}", to.display())));
    }
    to
}

/// The folder with libsomhost.a.
fn host(root: &Path, out: &Path) -> PathBuf {
    let to = out.join("host");
    std::fs::create_dir_all(&to).unwrap_or_else(|e| fail(&e.to_string()));
    let mut objects = Vec::new();
    for folder in ["bind/host/src", "bind/c/typelib/src"] {
        let folder = root.join(folder);
        let files = std::fs::read_dir(&folder).unwrap_or_else(|e| fail(&format!("{}: {e}; the crate is built where the repository is", folder.display())));
        for source in files.flatten().map(|f| f.path()).filter(|p| p.extension().map_or(false, |e| e == "c")) {
            let object = to.join(source.file_stem().unwrap()).with_extension("o");
            let mut cc = Command::new(env::var("CC").unwrap_or_else(|_| "cc".into()));
            cc.args(["-std=c11", "-O2", "-fPIC", "-pthread", "-DSOMH_FFI"]);
            cc.args(env::var("CFLAGS").unwrap_or_default().split_whitespace());
            for include in ["libsom/include", "bind/host", "bind/c/typelib"] {
                cc.arg("-I").arg(root.join(include));
            }
            run(cc.arg("-c").arg("-o").arg(&object).arg(&source));
            objects.push(object);
        }
    }
    objects.sort();
    let library = to.join("libsomhost.a");
    let _ = std::fs::remove_file(&library);
    run(Command::new(env::var("AR").unwrap_or_else(|_| "ar".into())).arg("rcs").arg(library).args(objects));
    to
}

fn run(command: &mut Command) {
    match command.status() {
        Ok(s) if s.success() => {}
        Ok(s) => fail(&format!("{command:?}: {s}; a C compiler, make and libffi are needed (Debian: gcc make libffi-dev)")),
        Err(e) => fail(&format!("{command:?}: {e}; a C compiler, make and libffi are needed (Debian: gcc make libffi-dev)")),
    }
}

fn fail(why: &str) -> ! {
    eprintln!("dsom: {why}");
    std::process::exit(1)
}
