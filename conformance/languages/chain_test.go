package languages

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

// inChain is a program that has another language's classes in its process, which an interpreter there makes, or a class library.
func inChain(t *testing.T, run program, language string) program {
	t.Helper()
	var add []string
	folder := ""
	switch language {
	case "Python":
		add, folder = embedPython(t)
	case "Go":
		folder = goMiddle(t)
	case "Python and Go":
		add, folder = embedPython(t)
		folder += string(filepath.ListSeparator) + goMiddle(t)
	case "Lua":
		add, folder = embedLua(t)
	case "Tcl":
		add, folder = embedTcl(t)
	case "Lua and Tcl":
		add, folder = embedLua(t)
		more, _ := embedTcl(t)
		add = append(add, more...)
	default:
		t.Fatalf("no chain leads through %s", language)
	}
	add = append(add, "SOM_LIBRARY="+filepath.Join(sombuild.Kernel(t, "gcc", classlib.Plain), "libsom.so.1"))
	return func(t *testing.T, env []string, rows ...string) (string, error) {
		for i, e := range env {
			if strings.HasPrefix(e, "SOM_PATH=") {
				env[i] += string(filepath.ListSeparator) + folder
			}
		}
		return run(t, append(env, add...), rows...)
	}
}

// embed is the folder of a class library by which programs have interpreters in their processes.
func embed(t testing.TB) string {
	t.Helper()
	return classlib.Build(t, classlib.Source{IDL: "chain/embed.idl", Code: "chain/embed.cc"}, classlib.Plain, "-ldl")
}

// embedPython says where the shared library of Python is, whose package has been built.
func embedPython(t testing.TB) (env []string, folder string) {
	t.Helper()
	site := pythonPackage(t)
	said, err := output(t, nil, "python3", "-c", `import os, sys, sysconfig
get = lambda name: sysconfig.get_config_var(name) or ""
print(sys.prefix, *(f for f in (os.path.join(get("LIBDIR"), folder, get("INSTSONAME")) for folder in ("", get("MULTIARCH"))) if ".so" in f and os.path.isfile(f)), sep="\n")`)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if len(lines) < 2 {
		absent.Skip(t, "python3 has no shared library: interop/install-peers has it, in python3-dev")
	}
	return []string{"EMBED_PYTHON=" + lines[1], "PYTHONHOME=" + lines[0], "PYTHONPATH=" + site, "PYTHONDONTWRITEBYTECODE=1"}, embed(t)
}

// sharedLibrary is the file of a shared library, by what pkg-config knows of it; the test is skipped where there is none.
func sharedLibrary(t testing.TB, of, file string) string {
	t.Helper()
	dir, err := output(t, nil, "pkg-config", "--variable=libdir", of)
	path := filepath.Join(strings.TrimSpace(dir), file)
	if _, none := os.Stat(path); err != nil || none != nil {
		absent.Skip(t, "no shared library %s: interop/install-peers has it, with the headers of %s", file, of)
	}
	return path
}

// embedLua says where the shared library of Lua 5.4 is, whose module has been built.
func embedLua(t testing.TB) (env []string, folder string) {
	t.Helper()
	dir := luaModule(t, "lua5.4")
	return []string{"EMBED_LUA=" + sharedLibrary(t, "lua5.4", "liblua5.4.so.0"), "LUA_PATH=" + dir + "/?.lua;" + dir + "/?/init.lua", "LUA_CPATH=" + dir + "/?.so"}, embed(t)
}

// embedTcl says where the shared library of Tcl is, whose extension has been built.
func embedTcl(t testing.TB) (env []string, folder string) {
	t.Helper()
	return []string{"EMBED_TCL=" + sharedLibrary(t, "tcl8.6", "libtcl8.6.so"), "TCLLIBPATH=" + tclExtension(t)}, embed(t)
}

// goMiddle is the folder of a class library in Go.
func goMiddle(t testing.TB) string {
	t.Helper()
	library := goBuild(t, "middle", "-buildmode=c-shared")
	return shelf.Once(t, "gomiddle", func(dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		return os.Symlink(library, filepath.Join(dir, "libgomiddle.so"))
	})
}
