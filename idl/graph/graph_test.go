package graph_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/graph"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/model"
)

var files = idl.FilesOf{
	"shop.idl": `#include <orb.idl>
#include "types.idl"
module Shop {
  interface Counter;
  typedef sequence<Counter> Counters;
  exception SoldOut { Types::Article what; };
  interface Counter : Types::Base { void buy(in Types::Article a) raises (SoldOut); };
  interface Express : Counter { Counters others(); struct Till { Types::Color c; }; };
};
interface Alone { void say(in CORBA::Identifier x); };
`,
	"types.idl": `module Types {
  enum Color { red, green };
  typedef string Name;
  struct Article { Name n; Color c; };
  interface Base {};
};
`,
}

func spec(t *testing.T) *model.Spec {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: files}, "shop.idl")
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

// TestGraph holds each drawing as a golden file, in all three forms.
func TestGraph(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]graph.Options{
		"inherits": {},
		"includes": {Relations: []graph.Relation{graph.Includes}},
		"uses":     {Relations: []graph.Relation{graph.Uses, graph.Inherits}},
		"standard": {Relations: []graph.Relation{graph.Includes}, Standard: true},
		"focus":    {Relations: []graph.Relation{graph.Uses}, Focus: []string{"Shop::SoldOut"}, Depth: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, err := graph.Of(spec(t), o)
			if err != nil {
				t.Fatal(err)
			}
			j, err := json.MarshalIndent(g, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, name+".golden", g.Dot()+"\n"+g.Mermaid()+"\n"+string(j)+"\n")
		})
	}
}

func TestFocus(t *testing.T) {
	t.Parallel()
	if g, err := graph.Of(spec(t), graph.Options{Focus: []string{"Nothing"}}); err == nil || !strings.Contains(err.Error(), "Nothing") {
		t.Errorf("got %v, %v", g, err)
	}
	g, err := graph.Of(spec(t), graph.Options{Focus: []string{"::Types::Base"}})
	if err != nil || len(g.Nodes) != 3 || len(g.Edges) != 2 {
		t.Errorf("got %+v, %v", g, err)
	}
}
