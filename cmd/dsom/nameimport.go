package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/svc/naming/omninames"
)

type nameImportCmd struct {
	namingFlags
	Rebind bool   `help:"Bind objects over names that there are already, instead of leaving those."`
	In     string `placeholder:"NAME" help:"The naming context to put the names in. Default: the root."`
	File   string `arg:"" help:"A data file of omniNames (omninames-HOST.dat)."`
}

func (nameImportCmd) Help() string {
	return `Reads the names that omniNames has, and binds them here: its contexts become contexts of this naming service, and what it
binds of others stays theirs. Contexts that there are already are filled. What is bound already stays, is said, and is no error: so
the import can be done again. omniNames should not run meanwhile.

Example:

    dsom name import /var/lib/omniorb/omninames-host.dat
    dsom name import --in old --rebind omninames-host.dat`
}

func (v nameImportCmd) Run(ctx context.Context, c *console) error {
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	file, err := omninames.Read(f)
	if err != nil {
		return fmt.Errorf("%s: %w", v.File, err)
	}
	n, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer n.close()
	at := n.root
	if v.In != "" {
		name, err := parseName(v.In)
		if err != nil {
			return err
		}
		if at, err = n.context(ctx, name); err != nil {
			return namingError(v.In, err)
		}
	}
	i := &importing{file: file, orb: n.orb, rebind: v.Rebind, made: map[string]cosnaming.NamingContext{file.Root: at}}
	if err := i.run(ctx); err != nil {
		return err
	}
	i.Unreachable = len(file.Contexts) - len(i.made)
	if c.json {
		if i.Kept == nil {
			i.Kept = []string{}
		}
		return c.printJSON(i)
	}
	c.printf("%d objects and %d contexts bound\n", i.Objects, i.Contexts)
	for _, k := range i.Kept {
		c.note("%s is bound already, and stays what it is", safe(k))
	}
	if i.Unreachable > 0 {
		c.note("%d contexts have no name that leads to them, and are left out", i.Unreachable)
	}
	if file.Unfinished {
		c.note("the file ends within a line, which was left out")
	}
	return nil
}

// An importing is an import under way; its JSON is stable.
type importing struct {
	Objects     int      `json:"objects"`     // bound
	Contexts    int      `json:"contexts"`    // bound, made or of others
	Kept        []string `json:"kept"`        // names that were bound already
	Unreachable int      `json:"unreachable"` // contexts that no name leads to

	file   *omninames.File
	orb    *orb.ORB
	rebind bool
	made   map[string]cosnaming.NamingContext // by key in the file
}

// run goes through the contexts, the nearest to the root first.
func (i *importing) run(ctx context.Context) error {
	type place struct {
		key  string
		name cosnaming.Name
	}
	for todo := []place{{key: i.file.Root}}; len(todo) > 0; todo = todo[1:] {
		p := todo[0]
		from, to := i.file.Contexts[p.key], i.made[p.key]
		for _, n := range from.Order {
			last := cosnaming.NameComponent{Id: n.ID, Kind: n.Kind}
			name := append(p.name[:len(p.name):len(p.name)], last)
			b := from.Bound[n]
			enter, err := i.bind(ctx, to, cosnaming.Name{last}, nameText(name), b)
			if err != nil {
				return namingError(nameText(name), err)
			}
			if enter != nil {
				i.made[b.Own] = enter
				todo = append(todo, place{b.Own, name})
			}
		}
	}
	return nil
}

// bind binds a name of the file; enter is the context that is to be filled with what it holds there.
func (i *importing) bind(ctx context.Context, to cosnaming.NamingContext, n cosnaming.Name, name string, b omninames.Binding) (enter cosnaming.NamingContext, err error) {
	ref := i.orb.NewRef(b.Ref)
	switch {
	case !b.Context && i.rebind:
		err = to.Rebind(ctx, n, object(ref))
	case !b.Context:
		err = to.Bind(ctx, n, object(ref))
	case b.Own == "":
		err = to.BindContext(ctx, n, cosnaming.NamingContextClass.Unchecked(ref))
	case i.made[b.Own] != nil:
		err = to.BindContext(ctx, n, i.made[b.Own])
	default:
		if enter, err = to.BindNewContext(ctx, n); err == nil {
			i.Contexts++
			return enter, nil
		}
	}
	var bound *cosnaming.NamingContext_AlreadyBound
	var notFound *cosnaming.NamingContext_NotFound
	switch {
	case err == nil && b.Context:
		i.Contexts++
	case err == nil:
		i.Objects++
	case errors.As(err, &bound) && b.Context && b.Own != "" && i.made[b.Own] == nil:
		return i.existing(ctx, to, n, name)
	case errors.As(err, &bound), errors.As(err, &notFound) && notFound.Why == cosnaming.NamingContext_NotFoundReason_NotObject:
		i.Kept = append(i.Kept, name)
	default:
		return nil, err
	}
	return nil, nil
}

// existing returns the context that has the name already; nil if it is none.
func (i *importing) existing(ctx context.Context, to cosnaming.NamingContext, n cosnaming.Name, name string) (cosnaming.NamingContext, error) {
	o, err := to.Resolve(ctx, n)
	if err != nil {
		return nil, err
	}
	if ref := orb.RefOf(o); ref != nil {
		if is, err := ref.IsA(ctx, cosnaming.NamingContextClass.Interface().ID); err == nil && is {
			return cosnaming.NamingContextClass.Unchecked(o), nil
		}
	}
	i.Kept = append(i.Kept, name)
	return nil, nil
}

// object returns a reference for a call: a nil one is a plain nil.
func object(ref *orb.Ref) orb.Object {
	if ref == nil {
		return nil
	}
	return ref
}
