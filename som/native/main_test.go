//go:build cgo && unix

package native_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// built says why there is no libsom to test with, if that is so.
var built error

// isChild is the variable by which a test runs others in another process, with the libraries that are there.
const isChild = "NATIVE_CHILD"

// TestMain builds libsom and the class libraries in C, which all tests of the process share: it can have one libsom.
func TestMain(m *testing.M) {
	if os.Getenv(isChild) != "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "native")
	if err != nil {
		panic(err)
	}
	built = build(dir)
	os.Setenv("SOM_LIBRARY", filepath.Join(dir, "libsom.so.1"))
	os.Setenv("SOM_PATH", dir)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func build(dir string) error {
	kernel, err := sombuild.Shared("gcc", "-O2")
	if err != nil {
		return err
	}
	som := filepath.Join(dir, "libsom.so.1")
	if err := os.Symlink(filepath.Join(kernel, "libsom.so"), som); err != nil {
		return err
	}
	for _, name := range []string{"cross", "raise"} {
		if err := generate(dir, name); err != nil {
			return err
		}
	}
	meta, err := filepath.Glob("../../libsom/meta/*.c")
	if err != nil {
		return err
	}
	meta = slices.DeleteFunc(meta, func(file string) bool { return filepath.Base(file) == "entry.c" }) // the library has an entry of its own
	for _, args := range [][]string{
		{"libanimal.so", "testdata/animal.c"},
		{"libscale.so", "testdata/scale.c"},
		{"libsecond.so", `-DCLASS="Second"`, "-DGO", "../../libsom/test/classlib.c"},
		{"libcatalog.so", "testdata/catalog.c"},
		{"libplugs.so", "testdata/plugs.c"},
		{"libdepot.so", "testdata/depot.c"},
		{"libporter.so", "testdata/cross.c", filepath.Join(dir, "cross_library.c"), "-I" + dir, "-I../../bind/c"},
		{"libraiser.so", "testdata/raise.c", filepath.Join(dir, "raise_library.c"), "-I" + dir, "-I../../bind/c"},
		append([]string{"libheavy.so", "testdata/heavy.c", "-I../../libsom/meta"}, meta...),
		{"libdriver.so", "testdata/driver.c"},
	} {
		if err := compileC(dir, filepath.Join(dir, args[0]), append([]string{"-shared"}, args[1:]...)...); err != nil {
			return err
		}
	}
	return nil
}

// compileC makes a library or a program of C, linked with the kernel, which is in a folder.
func compileC(kernel, out string, args ...string) error {
	cmd := exec.Command("gcc", slices.Concat([]string{"-std=gnu11", "-O2", "-fPIC", "-pthread", "-I../../libsom/include", "-o", out}, args,
		[]string{filepath.Join(kernel, "libsom.so.1"), "-Wl,-rpath," + kernel})...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
	}
	return nil
}

// buildC is compileC with the kernel of all tests.
func buildC(t testing.TB, out string, args ...string) {
	t.Helper()
	if err := compileC(os.Getenv("SOM_PATH"), out, args...); err != nil {
		t.Fatal(err)
	}
}

// generate makes the C and C++ of a file of IDL.
func generate(dir, name string) error {
	files := idl.FilesOf{}
	for _, file := range []string{"cross.idl", "raise.idl"} {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			return err
		}
		files[file] = string(text)
	}
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: files, Dialect: idl.SOM}, name+".idl")
	if err != nil {
		return err
	}
	made, report := c.Emit(r.Spec, c.Options{Library: name})
	if err := report.Err(); err != nil {
		return err
	}
	inCxx, report := cxx.Emit(r.Spec, cxx.Options{Parts: cxx.Usage})
	if err := report.Err(); err != nil {
		return err
	}
	for _, files := range []*emit.Files{made, inCxx} {
		for file, data := range files.All() {
			if err := os.WriteFile(filepath.Join(dir, file), data, 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

type (
	speakFunc  = func(som.Self, context.Context, int64) (int64, error)
	calledFunc = func(som.Self, context.Context, string, int64) (string, error)
)

// A zoo is what generated code has of the classes in testdata.
type zoo struct {
	animal, driver *som.Class
	speak          som.Token[speakFunc]
	called         som.Token[calledFunc]
}

// How methods of these types are called, as generated code has it.
var (
	speakPacking = som.PacksWords(
		func(fn speakFunc, self som.Self, ctx context.Context, args []any) ([]any, error) {
			n, err := som.Arg[int64](args, 0)
			if err != nil {
				return nil, err
			}
			r, err := fn(self, ctx, n)
			return []any{r}, err
		},
		func(p som.Packed) speakFunc {
			return func(self som.Self, ctx context.Context, n int64) (int64, error) {
				out, err := p(self, ctx, []any{n})
				return som.Result[int64](out, 0), err
			}
		},
		func(fn speakFunc, self som.Self, ctx context.Context, a, _, _, _ uint64) (uint64, error) {
			r, err := fn(self, ctx, int64(a))
			return uint64(r), err
		},
		func(x som.Crossing) speakFunc {
			return func(self som.Self, ctx context.Context, n int64) (int64, error) {
				r, err := x.One(x.At, x.Token, self, uint64(n))
				return int64(r), err
			}
		})
	calledPacking = som.PacksTexts(
		func(fn calledFunc, self som.Self, ctx context.Context, args []any) ([]any, error) {
			by, err := som.Arg[string](args, 0)
			if err != nil {
				return nil, err
			}
			n, err := som.Arg[int64](args, 1)
			if err != nil {
				return nil, err
			}
			r, err := fn(self, ctx, by, n)
			return []any{r}, err
		},
		func(p som.Packed) calledFunc {
			return func(self som.Self, ctx context.Context, by string, n int64) (string, error) {
				out, err := p(self, ctx, []any{by, n})
				return som.Result[string](out, 0), err
			}
		},
		func(fn calledFunc, self som.Self, ctx context.Context, args som.Words) (som.Word, error) {
			r, err := fn(self, ctx, args[0].Text, int64(args[1].N))
			return som.Word{Text: r}, err
		},
		func(x som.TextCrossing) calledFunc {
			return func(self som.Self, ctx context.Context, by string, n int64) (string, error) {
				r, err := x(self, ctx, som.Words{{Text: by}, {N: uint64(n)}})
				return r.Text, err
			}
		})
)

var open = sync.OnceValues(func() (*zoo, error) {
	animal, err := native.Import("Animal", som.Version{Major: 1, Minor: 1}, []som.MethodSpec{{
		Name: "speak", Type: reflect.TypeFor[speakFunc](), Packing: speakPacking,
	}, {
		Name: "called", Type: reflect.TypeFor[calledFunc](), Packing: calledPacking,
	}})
	if err != nil {
		return nil, err
	}
	z := &zoo{animal: animal}
	if z.called, err = som.Bind[calledFunc](animal, "called"); err != nil {
		return nil, err
	}
	if z.driver, err = native.Find("Driver"); err != nil {
		return nil, err
	}
	z.speak, err = som.Bind[speakFunc](animal, "speak")
	return z, err
})

// need opens the zoo, or skips the test where there is no compiler or no libffi.
func need(t testing.TB) *zoo {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil || built != nil && (strings.Contains(built.Error(), "ffi.h") || strings.Contains(built.Error(), "cannot find -lffi")) {
		absent.Skip(t, "libsom cannot be built: apt-get install gcc libffi-dev: %v", built)
	}
	if built != nil {
		t.Fatal(built)
	}
	z, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// object makes an instance, which ends with the test.
func object(t testing.TB, c *som.Class) som.Ref {
	t.Helper()
	r, err := c.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// invoke calls a method that must not fail.
func invoke(t testing.TB, r som.Ref, method string, args ...any) any {
	t.Helper()
	v, err := r.Invoke(context.Background(), method, args...)
	if err != nil {
		t.Fatalf("%s %s: %v", r, method, err)
	}
	return v
}

// living holds how many instances of a class there are, in both kernels.
func living(t testing.TB, c *som.Class, want int) {
	t.Helper()
	n, err := native.Instances(c)
	if err != nil {
		t.Fatal(err)
	}
	if n != want || c.Instances() != want {
		t.Errorf("of %s %d instances live in libsom and %d in Go, want %d", c, n, c.Instances(), want)
	}
}
