package languages

import (
	"os/exec"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var luaLimits = []Limit{
	{"exceptions/own-again", "UserException: IDL:opendsom/LuaError:1.0", "methods in C++ hand the exception on, and it comes back as a plain UserException of that id"},
	{"threads/own", "attempt to call", "the language has no threads"},
}

var (
	lua    = &Host{Name: "Lua", Page: "som-lua.md", Limits: luaLimits}
	luajit = &Host{Name: "LuaJIT", Page: "som-lua.md", Limits: luaLimits}
)

// luaModule is a folder with the module for a Lua, by the name of its program and for pkg-config.
func luaModule(t testing.TB, name string) string {
	t.Helper()
	sombuild.Need(t, name, name)
	sombuild.Need(t, "make", "make")
	sombuild.Need(t, "pkg-config", "pkg-config")
	if exec.Command("pkg-config", "--exists", name).Run() != nil {
		absent.Skip(t, "no headers of %s: interop/install-peers has them", name)
	}
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	return shelf.Once(t, name, func(dir string) error {
		_, err := output(t, nil, "make", "-s", "-C", "../../bind/lua", "LUA="+name, "BUILD="+dir, "KERNEL="+kernel)
		return err
	})
}

func TestLua(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]*Host{"lua5.4": lua, "luajit": luajit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := luaModule(t, name)
			conform(t, h, func(t *testing.T, env []string, rows ...string) (string, error) {
				env = append(env, "LUA_PATH="+dir+"/?.lua;"+dir+"/?/init.lua", "LUA_CPATH="+dir+"/?.so")
				return output(t, env, name, append([]string{"lua/suite.lua"}, rows...)...)
			})
		})
	}
}
