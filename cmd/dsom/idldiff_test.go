package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func TestIDLDiff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := write(t, dir, "v1/shop.idl", "#include \"types.idl\"\ninterface Shop { void buy(in Price p); };\n")
	write(t, dir, "v1/types.idl", "#ifndef TYPES\n#define TYPES\ntypedef long Price;\n#endif\n")
	write(t, dir, "v2/shop.idl", "#include \"types.idl\"\ninterface Shop { void buy(in Price p); void sell(in Price p); };\n")
	write(t, dir, "v2/types.idl", "#ifndef TYPES\n#define TYPES\ntypedef long Price;\n#endif\n")
	write(t, dir, "v3/all.idl", "typedef double Price;\ninterface Shop { void buy(in Price p); };\n")
	bad := write(t, dir, "bad.idl", "interface {};")
	v := func(n string) string { return filepath.Join(dir, n) }
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"itself":              {[]string{old, old}, statusGood, "No changes."},
		"folders":             {[]string{v("v1"), v("v2")}, statusFailed, "operation sell added [operation-added]"},
		"wire alone":          {[]string{"--wire", v("v1"), v("v2")}, statusGood, "compatible  operation sell added"},
		"binary alone":        {[]string{"--binary", "--brief", v("v1"), v("v2")}, statusGood, "[operation-added, R1 R34]"},
		"a list of files":     {[]string{old, v("v2/types.idl") + "," + v("v2/shop.idl")}, statusFailed, "shop.idl:2:45"},
		"a type":              {[]string{"--wire", v("v1"), v("v3")}, statusFailed, "typedef Price: long is now double"},
		"does not compile":    {[]string{old, bad}, statusFailed, "bad.idl:1:11: error"},
		"nothing to compile":  {[]string{old, t.TempDir()}, statusUsage, "no .idl file in folder"},
		"no such file":        {[]string{old, v("none.idl")}, statusFailed, "none.idl"},
		"the second is wrong": {[]string{old}, statusUsage, "expected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := dsom(t, "", append([]string{"idl", "diff"}, c.args...)...)
			if got.status != c.status || !strings.Contains(got.out+got.err, c.want) {
				t.Errorf("got status %d, want %d with %q\n%s%s", got.status, c.status, c.want, got.out, got.err)
			}
		})
	}
	var j struct {
		Breaks  bool
		Changes []struct {
			Code, Name, Wire string
			Source           struct{ Client, Servant string }
			Old, New         *struct{ File string }
		}
	}
	got := dsom(t, "", "idl", "diff", "--json", v("v1"), v("v2"))
	if err := json.Unmarshal([]byte(got.out), &j); err != nil || got.status != statusFailed || !j.Breaks || len(j.Changes) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if c := j.Changes[0]; c.Code != "operation-added" || c.Name != "Shop::sell" || c.Wire != "compatible" || c.Source.Servant != "break" || c.Old != nil || c.New == nil {
		t.Errorf("got %+v", c)
	}
}
