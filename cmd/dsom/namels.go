package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

type nameLsCmd struct {
	namingFlags
	Long      bool   `short:"l" help:"Say what the objects are and where."`
	Recursive bool   `short:"R" help:"List the contexts inside as well."`
	Dead      bool   `help:"List, with the contexts inside, the names alone whose objects are not there: dsom name check --dead."`
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
	if v.Dead {
		return nameCheckCmd{namingFlags: v.namingFlags, Timeout: checkTimeout, Dead: true, Name: v.Name}.Run(ctx, c)
	}
	n, in, _, err := v.openAt(ctx, v.Name)
	if err != nil {
		return err
	}
	defer n.close()
	l := &listing{namingClient: n, recursive: v.Recursive, seen: map[string]bool{}}
	err = l.list(ctx, in, nil, 0)
	if errors.Is(err, exc.DataConversion) { // a name that ISO 8859-1 lacks: perhaps the service has more than its URL promises
		in = cosnaming.NamingContextClass.Unchecked(orb.RefOf(in.(orb.Object)).InUnicode())
		err = l.list(ctx, in, nil, 0)
	}
	if err != nil {
		return namingError(v.Name, err)
	}
	if v.Long {
		if err := l.look(ctx, in); err != nil {
			return err
		}
	}
	if c.json {
		if l.found == nil {
			l.found = []shownBinding{}
		}
		err = c.printJSON(l.found)
	} else {
		c.printBindings(l.found, v.Long)
	}
	for _, failed := range l.failed {
		c.complain(failed, "")
		err = errReported
	}
	return err
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

// What listing is bounded by: a page of an iterator, contexts inside one another, and lines in
// all.
const (
	listPage  = 500
	listDepth = 32
	listLines = 1_000_000
)

// A listing is what is bound in a context, as far as it can be told.
type listing struct {
	*namingClient
	recursive bool
	found     []shownBinding
	seen      map[string]bool // the keys of the contexts that were entered: they may form circles
	failed    []error         // what could not be listed
}

// list adds what is bound in a context. Its error is that this cannot be told; what cannot be told
// of the contexts inside is added to failed.
func (l *listing) list(ctx context.Context, in cosnaming.NamingContext, above cosnaming.Name, depth int) error {
	if o, ok := in.(orb.Object); ok {
		l.seen[orb.Key(o)] = true
	}
	page, iterator, err := in.List(ctx, l.page)
	if err != nil {
		return err
	}
	if iterator != nil {
		defer func() { _ = iterator.Destroy(context.WithoutCancel(ctx)) }() // it ends by itself at some time
	}
	for more := iterator != nil; ; {
		for _, b := range page {
			if len(b.BindingName) == 0 {
				continue // not as the specification says
			}
			if err := l.add(ctx, in, above, b, depth); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
		if more, page, err = iterator.NextN(ctx, l.page); err != nil {
			return err
		}
	}
}

// add adds a binding, and what is inside it.
func (l *listing) add(ctx context.Context, in cosnaming.NamingContext, above cosnaming.Name, b cosnaming.Binding, depth int) error {
	last := b.BindingName[len(b.BindingName)-1]
	name := append(above[:len(above):len(above)], last)
	shown := shownBinding{Name: nameText(name), Kind: "object", parent: above, last: last}
	if b.BindingType == cosnaming.BindingType_Ncontext {
		shown.Kind = "context"
	}
	if len(l.found) == listLines {
		return fmt.Errorf("there are more than %d names: list a part of them", listLines)
	}
	at := len(l.found)
	l.found = append(l.found, shown)
	if !l.recursive || shown.Kind != "context" {
		return nil
	}
	err := l.enter(ctx, in, name, depth)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case vanished(err):
		l.found = l.found[:at]
	case err != nil:
		l.failed = append(l.failed, fmt.Errorf("%s: %w", shown.Name, err))
	}
	return nil
}

// A context is ended first and unbound then, and may be bound anew: who finds one ended looks
// again, for a second or so.
const (
	looks     = 20
	lookPause = 50 * time.Millisecond
)

// enter lists the context inside of in that name ends with, if that was not entered before.
func (l *listing) enter(ctx context.Context, in cosnaming.NamingContext, name cosnaming.Name, depth int) error {
	before, at := "", len(l.found)
	for again := 1; ; again++ {
		o, err := in.Resolve(ctx, name[len(name)-1:])
		key := orb.Key(o)
		switch {
		case err != nil:
			return err
		case key == "":
			return errors.New("it is bound to a nil reference")
		case l.seen[key] && key != before:
			return nil
		case depth == listDepth:
			return fmt.Errorf("it is not entered: it lies in more than %d contexts", listDepth)
		}
		err = l.list(ctx, cosnaming.NamingContextClass.Unchecked(o), name, depth+1)
		if !errors.Is(err, exc.ObjectNotExist) {
			return err
		}
		if again == looks {
			if key != before {
				return errVanished // each time it was another
			}
			return err
		}
		before, l.found = key, l.found[:at]
		select {
		case <-time.After(lookPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errVanished is the error of a context that is not the one any more that was found.
var errVanished = errors.New("it was taken away")

// vanished reports whether an error says that a name was taken away since it was listed.
func vanished(err error) bool {
	var notFound *cosnaming.NamingContext_NotFound
	return errors.As(err, &notFound) || errors.Is(err, errVanished)
}

// look adds to what was found what the objects are. Names that were taken away since are left out.
func (l *listing) look(ctx context.Context, in cosnaming.NamingContext) error {
	there := l.found[:0]
	for _, b := range l.found {
		o, err := in.Resolve(ctx, append(b.parent[:len(b.parent):len(b.parent)], b.last))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case vanished(err) || errors.Is(err, exc.ObjectNotExist): // the name, or a context on the way there
			continue
		case err != nil:
			l.failed = append(l.failed, fmt.Errorf("%s: %w", b.Name, err))
		default:
			if ref := orb.RefOf(o); ref != nil {
				b.Type, b.URL = ref.TypeID(), shortURL(ref)
			}
		}
		there = append(there, b)
	}
	l.found = there
	return nil
}

// shortURL returns a reference as corbaloc: where it can be put so.
func shortURL(ref *orb.Ref) string {
	if u, ok := ref.IOR().Corbaloc(); ok {
		return u.String()
	}
	return ref.String()
}
