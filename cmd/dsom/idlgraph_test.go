package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestIDLGraph(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shop := write(t, dir, "shop.idl", shopIDL)
	write(t, dir, "types.idl", typesIDL)
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{nil, statusGood, `"Shop::Counter" -> "Types::Base" [arrowhead=empty];`},
		{[]string{"--mermaid", "--relation", "uses,inherits"}, statusGood, "flowchart BT\n"},
		{[]string{"--relation", "includes"}, statusGood, "types.idl\" [style=solid];"},
		{[]string{"--focus", "None"}, statusUsage, "None is not in the graph"},
		{[]string{"--relation", "likes"}, statusUsage, "must be one of"},
		{[]string{"--depth=-1"}, statusUsage, "no step"},
	} {
		got := dsom(t, "", append([]string{"idl", "graph", shop}, c.args...)...)
		if got.status != c.status || !strings.Contains(got.out+got.err, c.want) {
			t.Errorf("%v: got %+v", c.args, got)
		}
	}
	var g struct {
		Nodes []struct{ ID, Kind, Module string }
		Edges []struct{ From, To, Relation string }
	}
	got := dsom(t, "", "idl", "graph", "--json", shop)
	if err := json.Unmarshal([]byte(got.out), &g); err != nil || len(g.Nodes) != 2 || len(g.Edges) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}
