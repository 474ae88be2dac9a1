package graph

import (
	"fmt"
	"slices"
	"strings"
)

// styles are how relations are drawn, in dot and in Mermaid.
var styles = map[Relation]struct{ dot, mermaid string }{
	Includes: {"style=solid", "-->"},
	Inherits: {"arrowhead=empty", "==>"},
	Supports: {"arrowhead=empty, style=dashed", "-.->"},
	Uses:     {"style=dotted, arrowhead=open", "-->"},
}

// shapes are how kinds are drawn in dot; others are boxes.
var shapes = map[string]string{"file": "note", "interface": "box", "enum": "oval", "exception": "octagon", "const": "plaintext"}

// Dot returns the graph for Graphviz. Declarations of a module are in a box.
func (g *Graph) Dot() string {
	var b strings.Builder
	b.WriteString("digraph idl {\n  rankdir=BT;\n  node [fontname=\"sans-serif\", shape=box];\n")
	for i, m := range g.modules() {
		indent := "  "
		if m != "" {
			fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s;\n", i, quote(m))
			indent = "    "
		}
		for _, n := range g.Nodes {
			if n.Module != m {
				continue
			}
			shape := ""
			if s, ok := shapes[n.Kind]; ok {
				shape = ", shape=" + s
			}
			fmt.Fprintf(&b, "%s%s [label=%s, tooltip=%s%s];\n", indent, quote(n.ID), quote(label(n)), quote(n.Kind+" "+n.ID), shape)
		}
		if m != "" {
			b.WriteString("  }\n")
		}
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s [%s];\n", quote(e.From), quote(e.To), styles[e.Relation].dot)
	}
	b.WriteString("}\n")
	return b.String()
}

// Mermaid returns the graph as a flowchart of Mermaid, which GitHub and others show.
func (g *Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart BT\n")
	number := map[string]int{}
	for i, m := range g.modules() {
		indent := "  "
		if m != "" {
			fmt.Fprintf(&b, "  subgraph m%d [\"%s\"]\n", i, m)
			indent = "    "
		}
		for _, n := range g.Nodes {
			if n.Module == m {
				number[n.ID] = len(number)
				fmt.Fprintf(&b, "%sn%d[\"%s\"]\n", indent, number[n.ID], strings.ReplaceAll(label(n), `"`, "#quot;"))
			}
		}
		if m != "" {
			b.WriteString("  end\n")
		}
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  n%d %s n%d\n", number[e.From], styles[e.Relation].mermaid, number[e.To])
	}
	return b.String()
}

// modules returns the modules of the nodes, in order; "" is what is outside of all.
func (g *Graph) modules() []string {
	var all []string
	for _, n := range g.Nodes {
		if !slices.Contains(all, n.Module) {
			all = append(all, n.Module)
		}
	}
	return all
}

// label returns what a node is called where its module is seen.
func label(n Node) string { return strings.TrimPrefix(n.ID, n.Module+"::") }

// quote returns a quoted identifier of dot, in which only quotes and backslashes are special.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(s) + `"`
}
