package objects_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/objects"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/dii"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// text is an interface with a parameter for each way to enter one.
const text = `
// What is asked.
module Z {
  enum Colour { red, green };
  struct Point { long x; sequence<Colour> c; };
  exception Refused { string why; };
  interface Base { readonly attribute string label; };
  // It answers.
  interface Thing : Base {
    attribute double size;
    // All of them, and back.
    string all(in boolean b, in long l, in unsigned long long q, in string s, in Colour c, in Point p, in Thing t, in any a, inout octet o, out Colour d) raises (Refused);
    oneway void note(in string s);
  };
};
`

// A house is a naming service with a Thing in it, and who answers questions about them.
type house struct {
	t       *testing.T
	folder  string
	objects *objects.Objects
	root    cosnaming.NamingContext
	thing   *orb.Ref
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, folder: t.TempDir()}
	h.write("z.idl", text)
	st, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	o, err := orb.New(orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Logger: slog.New(slog.DiscardHandler), Count: true})
	if err != nil {
		t.Fatal(err)
	}
	end := func(shutdown func(context.Context) error) func() {
		return func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if err := shutdown(ctx); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(end(o.Shutdown))
	root := poa.New(o)
	names, err := naming.New(t.Context(), naming.Config{Store: st, Root: root})
	if err != nil {
		t.Fatal(err)
	}
	h.root = cosnaming.NamingContextClass.Unchecked(names.Root())
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"z.idl": text}}, "z.idl")
	if err != nil {
		t.Fatal(err)
	}
	i, err := dii.Interface(r.Spec, "Z::Thing")
	if err != nil {
		t.Fatal(err)
	}
	servant, err := dii.NewServant(i, answer)
	if err != nil {
		t.Fatal(err)
	}
	if h.thing, err = root.Activate(servant); err != nil {
		t.Fatal(err)
	}
	h.objects, err = objects.New(objects.Config{Server: o, Naming: names.Root(), Daemon: "iiop:1.2@" + o.Endpoints()[0].Address(), Library: objects.NewLibrary(h.folder, nil)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end(h.objects.Close))
	return h
}

// answer is the Thing: it refuses what begins with "no", and says back what it got.
func answer(_ context.Context, s *dii.Signature, args []dyn.Any) (dii.Results, error) {
	switch s.Operation {
	case "_get_size":
		a, err := dyn.UnmarshalJSON(s.Result, []byte("1.5"), dyn.JSONOptions{})
		return dii.Results{Return: a}, err
	case "_set_size", "note":
		return dii.Results{}, nil
	case "all":
		if said, _ := args[3].Value().(string); strings.HasPrefix(said, "no") {
			a, err := dyn.UnmarshalJSON(s.Raises[0], []byte(`{"why":"told to"}`), dyn.JSONOptions{})
			if err != nil {
				return dii.Results{}, err
			}
			return dii.Results{}, &dii.UserException{Value: a}
		}
		b, err := dyn.MarshalJSON(args[3])
		if err != nil {
			return dii.Results{}, err
		}
		back, err := dyn.UnmarshalJSON(s.Result, b, dyn.JSONOptions{})
		return dii.Results{Return: back, Out: []dyn.Any{args[8], args[4]}}, err
	}
	return dii.Results{}, fmt.Errorf("%s is not served", s.Operation)
}

func (h *house) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.folder, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) bind(id string, in cosnaming.NamingContext) {
	h.t.Helper()
	if err := in.Bind(h.t.Context(), cosnaming.Name{{Id: id}}, h.thing); err != nil {
		h.t.Fatal(err)
	}
}

// TestClasses holds what is told of interfaces: how arguments are entered, where things are from, and which files are wrong.
func TestClasses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write("broken.idl", "interface {")
	h.write("broken.so", "no library")
	h.write("readme.txt", "nothing of ours")
	all, err := h.objects.Classes(t.Context())
	if err != nil || len(all.Classes) != 2 || all.Classes[1].Name != "Z::Thing" || all.Classes[1].Doc != "It answers." || all.Classes[1].Bases[0] != "Z::Base" || all.Classes[1].Operations != nil {
		t.Errorf("got %+v, %v", all, err)
	}
	if len(all.Problems) != 2 || !strings.Contains(all.Problems[0], "broken.idl") || !strings.Contains(all.Problems[1], "broken.so") {
		t.Errorf("problems: %q", all.Problems)
	}
	for _, name := range []string{"Z::Thing", "::Z::Thing", "IDL:Z/Thing:1.0"} {
		if c, err := h.objects.Class(t.Context(), name); err != nil || c.ID != "IDL:Z/Thing:1.0" {
			t.Errorf("%s: got %+v, %v", name, c, err)
		}
	}
	c, err := h.objects.ClassOf(t.Context(), h.thing.String())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, o := range c.Operations {
		var forms []string
		for _, p := range o.Params {
			forms = append(forms, strings.TrimSpace(p.Mode+" "+p.Form+" "+strings.Join(p.Choices, "|")+" "+p.Example))
		}
		got[o.Name] = fmt.Sprint(o.Result, " ", o.Writes, o.Oneway, " ", o.From, " ", o.Raises, " ", strings.Join(forms, "; "), o.Trouble)
	}
	want := map[string]string{
		"label": "string false false Z::Base [] ",
		"size":  "double false false  [] ",
		"size=": "void true false  [] in number  0.5",
		"all": `string true false  [Z::Refused] in boolean  false; in number  0; in number  0; in text; in choice red|green; in json  {"x": 0, "c": ["red"]}; ` +
			`in object; in json  {"_type": "long", "_value": 0}; inout number  0; out choice red|green`,
		"note": "void true true  [] in text",
	}
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	if _, err := h.objects.Class(t.Context(), "Z::Nothing"); !errors.Is(err, &admin.Error{Code: admin.CodeNotFound}) || !strings.Contains(err.Error(), h.folder) {
		t.Errorf("got %v", err)
	}
	h.write("z.idl", "interface Other { void go(); };") // what was read is not believed for ever
	if all, err = h.objects.Classes(t.Context()); err != nil || len(all.Classes) != 1 || all.Classes[0].Name != "Other" {
		t.Errorf("got %+v, %v", all, err)
	}
}

// TestRepository holds that interfaces of the repository are known beside those of files, which come first, and that one which cannot be
// read is told of.
func TestRepository(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"r.idl": "interface Only { void go(); }; interface Both { void repository(); };"}}, "r.idl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "b.idl"), []byte("interface Both { void file(); };"), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := errors.New("damaged")
	for _, c := range []struct {
		repository func(context.Context) (*model.Spec, error)
		want       string
		problems   int
	}{
		{func(context.Context) (*model.Spec, error) { return r.Spec, nil }, "Both of b.idl, Only of interface repository", 0},
		{func(context.Context) (*model.Spec, error) { return nil, damaged }, "Both of b.idl", 1},
		{nil, "Both of b.idl", 0},
	} {
		o, err := objects.New(objects.Config{Daemon: "iiop:127.0.0.1:1", Library: objects.NewLibrary(dir, c.repository)})
		if err != nil {
			t.Fatal(err)
		}
		all, err := o.Classes(t.Context())
		var got []string
		for _, class := range all.Classes {
			got = append(got, class.Name+" of "+class.File)
		}
		if err != nil || strings.Join(got, ", ") != c.want || len(all.Problems) != c.problems {
			t.Errorf("got %q, %q, %v, want %s", got, all.Problems, err, c.want)
		}
		if class, err := o.Class(t.Context(), "Both"); err != nil || class.Operations[0].Name != "file" {
			t.Errorf("got %+v, %v", class, err)
		}
		if err := o.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestCall holds what comes of calls: results, exceptions, and what is said of questions that make no sense.
func TestCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bind("thing", h.root)
	url := "corbaname:rir:#thing"
	args := func(said, more string) string {
		return `{"b":true,"l":-1,"q":18446744073709551615,"s":` + said + `,"c":"green","p":{"x":1,"c":[]},"t":null,"a":{"_type":"string","_value":"x"},"o":7` + more + `}`
	}
	for _, c := range []struct {
		name, operation, arguments string
		result, exception          string
		says                       string // of an error
	}{
		{"an attribute", "size", `{}`, "1.5", "", ""},
		{"writing one", "size=", `{"size":2}`, "", "", ""},
		{"results by name", "all", args(`"héllo"`, ""), `{"return":"héllo","o":7,"d":"green"}`, "", ""},
		{"an exception", "all", args(`"no"`, ""), "", `{"_exception":"IDL:Z/Refused:1.0","why":"told to"}`, ""},
		{"a oneway", "note", `{"s":"x"}`, "", "", ""},
		{"no operation", "alll", `{}`, "", "", "did you mean all"},
		{"no attribute", "all=", `{}`, "", "", "not an attribute"},
		{"a readonly one", "label=", `{"label":"x"}`, "", "", "readonly"},
		{"too few", "all", `{}`, "", "", "b is missing"},
		{"one too many", "all", args(`"x"`, `,"zz":1`), "", "", `no parameter "zz"`},
		{"a wrong value", "size=", `{"size":"much"}`, "", "", "argument size"},
	} {
		var arguments map[string]json.RawMessage
		if err := json.Unmarshal([]byte(c.arguments), &arguments); err != nil {
			t.Fatal(err)
		}
		got, err := h.objects.Call(t.Context(), admin.Call{URL: url, Operation: c.operation, Arguments: arguments})
		if c.says != "" {
			if !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: got %+v, %v, want %q", c.name, got, err, c.says)
			}
			continue
		}
		if err != nil || got.Error != "" || string(got.Result) != c.result || string(got.Exception) != c.exception {
			t.Errorf("%s: got %s %s %s, %v", c.name, got.Result, got.Exception, got.Error, err)
		}
	}
	got, err := h.objects.Call(t.Context(), admin.Call{URL: url, Operation: "label"})
	if err != nil || !strings.Contains(got.Error, "UNKNOWN") {
		t.Errorf("a system exception: got %+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		call admin.Call
		code string
	}{
		"no reference":     {admin.Call{URL: "IOR:zz", Operation: "size"}, admin.CodeInvalid},
		"a nil reference":  {admin.Call{URL: "IOR:00000000000000010000000000000000", Operation: "size"}, admin.CodeInvalid},
		"a long one":       {admin.Call{URL: strings.Repeat("x", admin.MaxURL+1), Operation: "size"}, admin.CodeInvalid},
		"no such name":     {admin.Call{URL: "corbaname:rir:#nobody", Operation: "size"}, admin.CodeFailed},
		"nobody there":     {admin.Call{URL: "corbaname::127.0.0.1:1#x", Operation: "size"}, admin.CodeFailed},
		"no interface":     {admin.Call{URL: url, Interface: "Z::Nothing", Operation: "size"}, admin.CodeNotFound},
		"too much time":    {admin.Call{URL: url, Operation: "size", Timeout: admin.Duration(time.Hour)}, admin.CodeInvalid},
		"an unknown class": {admin.Call{URL: "corbaloc::" + strings.TrimPrefix(h.thing.ORB().Endpoints()[0].Address(), "tcp:") + "/NameService", Operation: "list"}, admin.CodeNotFound},
	} {
		if got, err := h.objects.Call(t.Context(), c.call); !errors.Is(err, &admin.Error{Code: c.code}) {
			t.Errorf("%s: got %+v, %v, want %s", name, got, err, c.code)
		}
	}
}

// TestNames holds what is found in the tree: a context at a time, or by search through all of it, circles and hostile names among it.
func TestNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in, err := h.root.BindNewContext(t.Context(), cosnaming.Name{{Id: "a.b/c", Kind: "k"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"Needle", "<b>", "\u202e", "hay"} {
		h.bind(id, in)
	}
	h.bind("needle too", h.root)
	if err := in.BindContext(t.Context(), cosnaming.Name{{Id: "round"}}, h.root); err != nil {
		t.Fatal(err)
	}
	names := func(q admin.NameQuery) string {
		t.Helper()
		got, err := h.objects.Names(t.Context(), q)
		if err != nil {
			return err.Error()
		}
		var all []string
		for _, n := range got.Names {
			all = append(all, n.Name+" "+n.Kind)
			if n.URL == "" || n.Type == "" {
				t.Errorf("got %+v", n)
			}
		}
		return strings.Join(all, ", ") + map[bool]string{true: " …"}[got.More]
	}
	for _, c := range []struct {
		q    admin.NameQuery
		want string
	}{
		{admin.NameQuery{}, `a\.b\/c.k context, needle too object`},
		{admin.NameQuery{In: `a\.b\/c.k`}, `a\.b\/c.k/<b> object, a\.b\/c.k/Needle object, a\.b\/c.k/hay object, a\.b\/c.k/round context, a\.b\/c.k/` + "\u202e object"},
		{admin.NameQuery{Search: "NEEDLE"}, `a\.b\/c.k/Needle object, needle too object`},
		{admin.NameQuery{Search: "e", Limit: 1}, `a\.b\/c.k/Needle object …`},
		{admin.NameQuery{Search: "nowhere"}, ""},
		{admin.NameQuery{In: "nobody"}, `nothing has the name "nobody"`},
		{admin.NameQuery{In: "needle too"}, "needle too is no naming context"},
		{admin.NameQuery{Limit: -1}, "limit=-1 is not a number from 0 to 1000"},
	} {
		if got := names(c.q); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.q, got, c.want)
		}
	}
	if got := names(admin.NameQuery{In: `\`}); !strings.Contains(got, `\`) {
		t.Errorf("got %s", got)
	}
}

// TestReference holds that a reference is taken apart, a name looked up on the way, and its addresses tried when that is asked for.
func TestReference(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bind("thing", h.root)
	r, err := h.objects.Reference(t.Context(), admin.Question{URL: "corbaname:rir:#thing"})
	if err != nil || r.Type != "IDL:Z/Thing:1.0" || len(r.Profiles) == 0 || r.Probe != nil {
		t.Errorf("got %+v, %v", r, err)
	}
	r, err = h.objects.Reference(t.Context(), admin.Question{URL: h.thing.String(), Probe: true})
	if err != nil || r.Probe == nil || !r.Probe.Reachable {
		t.Errorf("got %+v, %v", r, err)
	}
	r, err = h.objects.Reference(t.Context(), admin.Question{URL: "corbaloc::127.0.0.1:1/x", Probe: true})
	if err != nil || r.Probe == nil || r.Probe.Reachable {
		t.Errorf("got %+v, %v", r, err)
	}
}
