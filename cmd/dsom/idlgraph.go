package main

import (
	"context"

	"github.com/opendsom/dsom/idl/graph"
)

type idlGraphCmd struct {
	idlFlags
	Relation []graph.Relation `enum:"includes,inherits,supports,uses" default:"inherits,supports" help:"What to draw: includes, inherits, supports, uses; several with commas between."`
	Focus    []string         `placeholder:"NAME" help:"Keep what is reached from this file or declaration, and what reaches it; may be repeated."`
	Depth    int              `help:"With --focus: in at most so many steps; 0 is any number."`
	Standard bool             `help:"Draw orb.idl and what else the compiler carries, too."`
	Mermaid  bool             `help:"For Mermaid, as Markdown pages have it, instead of for Graphviz."`
	File     []string         `arg:"" help:"IDL files."`
}

func (idlGraphCmd) Help() string {
	return `Example:

    dsom idl graph bank.idl | dot -Tsvg > bank.svg
    dsom idl graph --relation uses --focus Bank::Account --depth 2 --mermaid bank.idl`
}

func (v idlGraphCmd) Run(ctx context.Context, c *console) error {
	if v.Depth < 0 {
		return usage("--depth %d is less than no step", v.Depth)
	}
	spec, err := v.compile(ctx, c, v.File)
	if err != nil {
		return err
	}
	g, err := graph.Of(spec, graph.Options{Relations: v.Relation, Standard: v.Standard, Focus: v.Focus, Depth: v.Depth})
	if err != nil {
		return usage("--focus: %w", err)
	}
	switch {
	case c.json:
		return c.printJSON(g)
	case v.Mermaid:
		c.printf("%s", g.Mermaid())
	default:
		c.printf("%s", g.Dot())
	}
	return nil
}
