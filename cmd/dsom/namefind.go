package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/svc/naming/tree/constraint"
)

type nameFindCmd struct {
	namingFlags
	In         string `placeholder:"NAME" help:"The naming context to look in. Default: the root."`
	Depth      uint32 `default:"255" help:"How many contexts deep to look; 0 looks at the context's own names alone."`
	Long       bool   `short:"l" help:"Say what properties the names have."`
	Constraint string `arg:"" help:"What the properties are to be."`
}

func (nameFindCmd) Help() string {
	return `Prints the names whose properties fit, the nearest first. docs/naming.md has the language of constraints. The status is 1
if there is none.

Example:

    dsom name find "class=='Car' and alias=='east'"
    dsom name find --in factories -l "class=='Car' and not (old or speed < 100)"`
}

// foundName is a line of dsom name find; its JSON is stable.
type foundName struct {
	Name       string         `json:"name"`
	Kind       string         `json:"kind"` // object or context
	Properties map[string]any `json:"properties,omitempty"`
}

func (v nameFindCmd) Run(ctx context.Context, c *console) error {
	if _, err := constraint.New(v.Constraint); err != nil {
		return &usageError{err: err}
	}
	n, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer n.close()
	in, err := n.extendedAt(ctx, v.In)
	if err != nil {
		return err
	}
	found, err := findAll(ctx, in, v.Constraint, v.Depth)
	if err != nil {
		return extendedError(v.In, err)
	}
	list := []foundName{}
	for _, b := range found {
		f := foundName{Name: nameText(b.BindingName), Kind: "object"}
		if b.BindingType == cosnaming.BindingType_Ncontext {
			f.Kind = "context"
		}
		if v.Long || c.json {
			props, err := allProperties(ctx, in, b.BindingName)
			if vanished(err) {
				continue
			}
			if err != nil {
				return extendedError(f.Name, err)
			}
			if f.Properties, err = propertyValues(props); err != nil {
				return err
			}
		}
		list = append(list, f)
	}
	if err := c.printFound(list, v.Long); err != nil {
		return err
	}
	if len(list) == 0 {
		c.note("No name has such properties.")
		return errReported
	}
	return nil
}

func (c *console) printFound(list []foundName, long bool) error {
	switch {
	case c.json:
		return c.printJSON(list)
	case !long:
		for _, f := range list {
			c.printf("%s\n", safe(f.Name))
		}
		return nil
	}
	var rows [][]string
	for _, f := range list {
		rows = append(rows, []string{f.Name, propertyText(f.Properties)})
	}
	if len(rows) > 0 {
		c.table([]string{"NAME", "PROPERTIES"}, rows)
	}
	return nil
}

// extendedAt returns the context of a name, or the root, as one with properties.
func (n *namingClient) extendedAt(ctx context.Context, name string) (extendednaming.ExtendedNamingContext, error) {
	at := n.root
	if name != "" {
		parsed, err := parseName(name)
		if err != nil {
			return nil, err
		}
		if at, err = n.context(ctx, parsed); err != nil {
			return nil, namingError(name, err)
		}
	}
	return extendednaming.ExtendedNamingContextClass.Unchecked(at.(orb.Object)), nil
}

// findAll returns what a context finds, a page at a time.
func findAll(ctx context.Context, in extendednaming.ExtendedNamingContext, constraint string, depth uint32) (cosnaming.BindingList, error) {
	all, iterator, err := in.FindAll(ctx, constraint, depth, listPage)
	if err != nil || iterator == nil {
		return all, err
	}
	return rest(ctx, all, iterator)
}

// pages are what an iterator of a naming service has.
type pages[S any] interface {
	NextN(ctx context.Context, howMany uint32) (bool, S, error)
	Destroy(ctx context.Context) error
}

// rest appends to all what an iterator has left, and ends it.
func rest[S ~[]E, E any](ctx context.Context, all S, iterator pages[S]) (S, error) {
	defer func() { _ = iterator.Destroy(context.WithoutCancel(ctx)) }()
	for {
		more, page, err := iterator.NextN(ctx, listPage)
		if err != nil || !more {
			return all, err
		}
		all = append(all, page...)
	}
}

// allProperties returns the properties of a binding.
func allProperties(ctx context.Context, in extendednaming.ExtendedNamingContext, n cosnaming.Name) (extendednaming.PropertyList, error) {
	all, iterator, err := in.GetAllProperties(ctx, n, listPage)
	if err != nil || iterator == nil {
		return all, err
	}
	return rest(ctx, all, iterator)
}

// propertyValues returns properties as they are shown.
func propertyValues(list extendednaming.PropertyList) (map[string]any, error) {
	shown := make(map[string]any, len(list))
	for _, p := range list {
		b, err := dyn.MarshalJSON(p.Value)
		if err != nil {
			return nil, fmt.Errorf("property %s: %w", p.Binding.PropertyName, err)
		}
		shown[p.Binding.PropertyName] = rawJSON(b)
	}
	return shown, nil
}

// extendedError is namingError for the operations of contexts with properties.
func extendedError(name string, err error) error {
	var (
		missing *extendednaming.ExtendedNamingContext_PropertyNotFound
		invalid *extendednaming.ExtendedNamingContext_InvalidPropertyName
		twice   *extendednaming.ExtendedNamingContext_ConflictingPropertyName
		illegal *extendednaming.ExtendedNamingContext_IllegalConstraintExpression
	)
	switch {
	case errors.As(err, &missing):
		return namedError(fmt.Errorf("%q has no property %s", name, strings.Join(missing.PropertyName, ", ")), extendednaming.ExtendedNamingContext_PropertyNotFoundType.ExceptionID(), err)
	case errors.As(err, &invalid):
		return namedError(errors.New("a property's name begins with a letter or _, and goes on with these, digits and points"), extendednaming.ExtendedNamingContext_InvalidPropertyNameType.ExceptionID(), err)
	case errors.As(err, &twice):
		return namedError(errors.New("a property is given twice"), extendednaming.ExtendedNamingContext_ConflictingPropertyNameType.ExceptionID(), err)
	case errors.As(err, &illegal):
		return namedError(errors.New("the naming service does not take the constraint"), extendednaming.ExtendedNamingContext_IllegalConstraintExpressionType.ExceptionID(), err)
	case errors.Is(err, exc.BadOperation), errors.Is(err, exc.NoImplement):
		return fmt.Errorf("this naming service has no properties on its names: %w", err)
	}
	return namingError(name, err)
}
