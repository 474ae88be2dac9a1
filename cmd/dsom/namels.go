package main

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

type nameLsCmd struct {
	namingFlags
	Long      bool   `short:"l" help:"Say what the objects are and where."`
	Recursive bool   `short:"R" help:"List the contexts inside as well."`
	Name      string `arg:"" optional:"" help:"The naming context. Default: the root."`
}

func (nameLsCmd) Help() string {
	return "Example:\n\n    dsom name ls\n    dsom name ls -l bank\n    dsom name ls -R --at corbaloc::host:2809/NameService"
}

// A shownBinding is a line of dsom name ls; its JSON is stable.
type shownBinding struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"` // object or context
	Type   string `json:"type,omitempty"`
	URL    string `json:"url,omitempty"`
	parent cosnaming.Name
	last   cosnaming.NameComponent
}

func (v nameLsCmd) Run(ctx context.Context, c *console) error {
	var at cosnaming.Name
	if v.Name != "" {
		var err error
		if at, err = parseName(v.Name); err != nil {
			return err
		}
	}
	n, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer n.close()
	in := n.root
	if len(at) > 0 {
		if in, err = n.context(ctx, at); err != nil {
			return namingError(v.Name, err)
		}
	}
	list, err := n.list(ctx, in, nil, v.Recursive, 0)
	if err != nil {
		return namingError(v.Name, err)
	}
	if v.Long {
		for i := range list {
			if err := n.look(ctx, in, &list[i]); err != nil {
				return namingError(list[i].Name, err)
			}
		}
	}
	if c.json {
		if list == nil {
			list = []shownBinding{}
		}
		return c.printJSON(list)
	}
	c.printBindings(list, v.Long)
	return nil
}

func (c *console) printBindings(list []shownBinding, long bool) {
	if len(list) == 0 {
		c.note("Nothing is bound here.")
		return
	}
	if !long {
		for _, b := range list {
			if name := safe(b.Name); b.Kind == "context" {
				c.printf("%s\n", c.tinted(cyan, name+"/"))
			} else {
				c.printf("%s\n", name)
			}
		}
		return
	}
	var rows [][]string
	for _, b := range list {
		name := b.Name
		if b.Kind == "context" {
			name += "/"
		}
		rows = append(rows, []string{name, b.Type, b.URL})
	}
	c.table([]string{"NAME", "TYPE", "OBJECT"}, rows)
}

// context returns the naming context of a name.
func (n *namingClient) context(ctx context.Context, name cosnaming.Name) (cosnaming.NamingContext, error) {
	o, err := n.root.Resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	return cosnaming.NamingContextClass.Narrow(ctx, o)
}

// What listing is bounded by: a page of an iterator, contexts inside one another (they may
// form a circle), and lines in all.
const (
	listPage  = 500
	listDepth = 32
	listLines = 1_000_000
)

// list returns what is bound in a context.
func (n *namingClient) list(ctx context.Context, in cosnaming.NamingContext, above cosnaming.Name, recursive bool, depth int) ([]shownBinding, error) {
	page, iterator, err := in.List(ctx, n.page)
	if err != nil {
		return nil, err
	}
	if iterator != nil {
		defer func() { _ = iterator.Destroy(context.WithoutCancel(ctx)) }() // it ends by itself at some time
	}
	var list []shownBinding
	for more := iterator != nil; ; {
		for _, b := range page {
			if len(b.BindingName) == 0 {
				continue // not as the specification says
			}
			last := b.BindingName[len(b.BindingName)-1]
			name := append(above[:len(above):len(above)], last)
			shown := shownBinding{Name: nameText(name), Kind: "object", parent: above, last: last}
			if b.BindingType == cosnaming.BindingType_Ncontext {
				shown.Kind = "context"
			}
			list = append(list, shown)
			if !recursive || shown.Kind != "context" || depth == listDepth {
				continue
			}
			o, err := in.Resolve(ctx, cosnaming.Name{last})
			if err != nil {
				return nil, err
			}
			inner, err := n.list(ctx, cosnaming.NamingContextClass.Unchecked(o), name, true, depth+1)
			if err != nil {
				return nil, err
			}
			if list = append(list, inner...); len(list) > listLines {
				return nil, fmt.Errorf("more than %d names", listLines)
			}
		}
		if !more {
			return list, nil
		}
		if more, page, err = iterator.NextN(ctx, n.page); err != nil {
			return nil, err
		}
	}
}

// look adds to b what its object is.
func (n *namingClient) look(ctx context.Context, in cosnaming.NamingContext, b *shownBinding) error {
	o, err := in.Resolve(ctx, append(b.parent[:len(b.parent):len(b.parent)], b.last))
	if err != nil {
		return err
	}
	if ref := orb.RefOf(o); ref != nil {
		b.Type, b.URL = ref.TypeID(), shortURL(ref)
	}
	return nil
}

// shortURL returns a reference as corbaloc: where it can be put so.
func shortURL(ref *orb.Ref) string {
	if u, ok := ref.IOR().Corbaloc(); ok {
		return u.String()
	}
	return ref.String()
}
