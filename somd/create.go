package somd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/std/cosnaming"
)

// MaxServers is how many servers are asked for a class.
const MaxServers = 4096

// A Factory makes objects of a class at a server.
type Factory struct {
	Class, Alias string // the class and the server's name
	d            *Domain
	server       *orb.Ref
}

// Create makes an object of a class at some server that makes such objects (IBM's somdCreate): the first, by their names, that is there. What is given is
// the name of the class, or a [Constraint] on the properties class and alias, the server's name. The reference is the
// caller's, and the object ends with it.
func (d *Domain) Create(ctx context.Context, constraint string) (som.Ref, error) {
	all, err := d.Factories(ctx, constraint)
	if err != nil {
		return som.Ref{}, err
	}
	var failed error
	for _, f := range all {
		r, err := f.Create(ctx)
		if err == nil {
			return r, nil
		}
		failed = errors.Join(failed, fmt.Errorf("%s at %s: %w", f.Class, f.Alias, err))
	}
	return som.Ref{}, failed
}

// Factories returns what makes objects for which a constraint holds, in the order of the servers' names, at least one. Servers are those that have a name in the
// context somd of the ORB's naming service (see [Serve]); those that cannot be reached are passed over.
func (d *Domain) Factories(ctx context.Context, constraint string) ([]Factory, error) {
	c, err := ParseConstraint(constraint)
	if err != nil {
		return nil, err
	}
	servers, err := d.servers(ctx)
	if err != nil {
		return nil, err
	}
	var all []Factory
	var asked []string
	for _, s := range servers {
		classes, err := s.classes(ctx)
		if err != nil {
			asked = append(asked, fmt.Sprintf("%s (%v)", s.Alias, err))
			continue
		}
		asked = append(asked, fmt.Sprintf("%s (%s)", s.Alias, strings.Join(classes, " ")))
		for _, class := range classes {
			if c.Holds(func(name string) string { return map[string]string{"class": class, "alias": s.Alias}[name] }) {
				s.Class = class
				all = append(all, s)
			}
		}
	}
	if len(all) == 0 {
		if len(asked) > 10 {
			asked = append(asked[:10], "…")
		}
		return nil, exc.New(exc.ObjectNotExist, exc.MinorServerUnknown, exc.No, "no server makes objects with %.200s; asked were %s", constraint, cmp.Or(strings.Join(asked, ", "), "none, there are none"))
	}
	return all, nil
}

// Servers returns all servers in the context somd, by name; each Factory has no class.
func (d *Domain) Servers(ctx context.Context) ([]Factory, error) { return d.servers(ctx) }

// Server returns the SOMDServer, with a reference of the caller's own.
func (f Factory) Server(ctx context.Context) (som.Ref, error) { return f.d.Import(ctx, f.server) }

// Factory returns the object that makes objects of the class at the server: of the class that the class names by the modifier factory, or
// else a plain one. The reference is the caller's, and the object ends with it.
func (f Factory) Factory(ctx context.Context) (som.Ref, error) {
	c := orb.StartCall(ctx, f.server, "somdFactory", 0)
	for c.Next() {
		c.Out.String(f.Class)
	}
	var ref *orb.Ref
	if c.Returned() {
		ref, _ = c.In.Object().(*orb.Ref)
	}
	if err := c.End(); err != nil {
		return som.Ref{}, err
	}
	if ref == nil {
		return som.Ref{}, exc.New(exc.InvObjref, exc.MinorNilReference, exc.Yes, "the server has no factory for class %s", f.Class)
	}
	r, err := f.d.importAs(ctx, ref, "", true)
	if err != nil {
		return som.Ref{}, errors.Join(err, freeTarget(ctx, ref))
	}
	return r, nil
}

// servers lists the servers in the context somd, by name.
func (d *Domain) servers(ctx context.Context) ([]Factory, error) {
	names, err := d.ORB().InitialReference(ctx, "NameService")
	if err != nil {
		return nil, fmt.Errorf("servers of classes are found by the naming service: %w", err)
	}
	if names == nil {
		return nil, exc.New(exc.BadInvOrder, exc.MinorUnknownInitialRef, exc.No, "servers of classes are found by the naming service, and the ORB has none: configure the initial reference NameService")
	}
	root := cosnaming.NamingContextClass.Unchecked(names)
	at, err := root.Resolve(ctx, cosnaming.Name{{Id: "somd"}})
	if missing := (*cosnaming.NamingContext_NotFound)(nil); errors.As(err, &missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	context := cosnaming.NamingContextClass.Unchecked(at)
	list, more, err := context.List(ctx, MaxServers)
	if err != nil {
		return nil, err
	}
	if more != nil {
		_ = more.Destroy(ctx)
		return nil, exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the context somd has more than %d servers (MaxServers)", MaxServers)
	}
	var all []Factory
	for _, b := range list {
		if b.BindingType != cosnaming.BindingType_Nobject || len(b.BindingName) != 1 {
			continue
		}
		o, err := context.Resolve(ctx, b.BindingName)
		if err != nil || o == nil {
			continue // it has gone meanwhile
		}
		all = append(all, Factory{Alias: b.BindingName[0].Id, d: d, server: orb.RefOf(o)})
	}
	slices.SortFunc(all, func(a, b Factory) int { return cmp.Compare(a.Alias, b.Alias) })
	return all, nil
}

var namesType = typeOf(reflect.TypeFor[[]string](), false)

// classes asks the server which classes it makes objects of.
func (f Factory) classes(ctx context.Context) ([]string, error) {
	c := orb.StartCall(ctx, f.server, "somdClasses", 0)
	for c.Next() {
	}
	var all []string
	if c.Returned() {
		(&values{}).get(&c.In, namesType, reflect.ValueOf(&all).Elem())
	}
	return all, c.End()
}

// Create has the server make an object, of which the caller has a reference.
func (f Factory) Create(ctx context.Context) (som.Ref, error) {
	ref, err := createAt(ctx, f.server, f.Class)
	if err != nil {
		return som.Ref{}, err
	}
	r, err := f.d.importAs(ctx, ref, f.Class, true)
	if err != nil {
		return som.Ref{}, errors.Join(err, freeTarget(ctx, ref))
	}
	return r, nil
}

// createAt has a SOMDServer make an object of a class.
func createAt(ctx context.Context, server *orb.Ref, class string) (*orb.Ref, error) {
	c := orb.StartCall(ctx, server, "somdCreateObj", 0)
	for c.Next() {
		c.Out.String(class)
		c.Out.String("")
	}
	var ref *orb.Ref
	if c.Returned() {
		ref, _ = c.In.Object().(*orb.Ref)
	}
	if err := c.End(); err != nil {
		return nil, err
	}
	if ref == nil {
		return nil, exc.New(exc.InvObjref, exc.MinorNilReference, exc.Yes, "the server made no object of class %s", class)
	}
	return ref, nil
}
