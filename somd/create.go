package somd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd/classmap"
)

// MaxServers is how many servers and classes may match a constraint.
const MaxServers = classmap.MaxFound

const (
	askAtOnce     = 64 // servers that are asked for their classes at the same time
	resolveAtOnce = 16 // names that are resolved at the same time
	toldOf        = 10 // servers that an error tells of
)

// A Factory makes objects of a class at a server.
type Factory struct {
	Class, Alias string // the class and the server's name
	d            *Domain
	server       *orb.Ref
}

// Create makes an object of a class at some server that makes such objects (IBM's somdCreate): the first, by their names, that does. What is given is
// the name of the class, or a constraint on the properties class, alias and serverId, as [Domain.Factories] takes it. The reference is the
// caller's, and the object ends with it.
//
// A server that does not answer is passed over after the limit class-server-timeout, or after its part of the time that ctx leaves, while there
// is another; the last has all the time. It may make its object yet, which nobody has then. The error of all that were tried is TIMEOUT if one did not answer, or TRANSIENT if one could not
// be reached, and names each.
func (d *Domain) Create(ctx context.Context, constraint string) (som.Ref, error) {
	return d.first(ctx, constraint, Factory.Create)
}

// MakerOf returns what makes objects at some server, as [Factory.Factory] does: at the first, by their names, that answers, as for Create.
func (d *Domain) MakerOf(ctx context.Context, constraint string) (som.Ref, error) {
	return d.first(ctx, constraint, Factory.Factory)
}

// ServerOf returns a SOMDServer that makes objects for which a constraint holds, likewise.
func (d *Domain) ServerOf(ctx context.Context, constraint string) (som.Ref, error) {
	return d.first(ctx, constraint, Factory.Server)
}

// first returns what get gets at the first server that answers.
func (d *Domain) first(ctx context.Context, constraint string, get func(Factory, context.Context) (som.Ref, error)) (som.Ref, error) {
	all, err := d.Factories(ctx, constraint)
	if err != nil {
		return som.Ref{}, err
	}
	var failed []error
	for i, f := range all {
		r, err := f.within(ctx, len(all)-i, get)
		if err == nil {
			return r, nil
		}
		failed = append(failed, fmt.Errorf("%s at %s: %w", f.Class, f.Alias, err))
		if ctx.Err() != nil {
			break
		}
	}
	return som.Ref{}, gravest(failed)
}

// within gets something within the time that one of so many servers has which are left.
func (f Factory) within(ctx context.Context, left int, get func(Factory, context.Context) (som.Ref, error)) (som.Ref, error) {
	if left == 1 {
		return get(f, ctx)
	}
	limited, cancel, within := f.d.patience(ctx, left)
	defer cancel()
	r, err := get(f, limited)
	return r, late(err, within)
}

// patience is the time that one server has of which there are so many, one after the other.
func (d *Domain) patience(ctx context.Context, servers int) (context.Context, context.CancelFunc, time.Duration) {
	within := d.ORB().Limits().Time(limits.ClassServerTimeout)
	if by, ok := ctx.Deadline(); ok {
		within = min(within, time.Until(by)/time.Duration(servers))
	}
	limited, cancel := context.WithTimeout(ctx, within)
	return limited, cancel, within
}

// late says of a timeout whose it is.
func late(err error, within time.Duration) error {
	if errors.Is(err, exc.Timeout) {
		return fmt.Errorf("no answer within %v (limit %v): %w", within.Round(time.Millisecond), limits.ClassServerTimeout, err)
	}
	return err
}

// gravest joins errors, that which says most of why all failed in front: by it callers tell what has happened. A server that did not answer may be a matter of
// time, and so may be one that cannot be reached; others have said no.
func gravest(all []error) error {
	rank := func(err error) int {
		switch {
		case errors.Is(err, exc.Timeout):
			return 0
		case errors.Is(err, exc.Transient), errors.Is(err, exc.CommFailure):
			return 1
		}
		return 2
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b error) int { return cmp.Compare(rank(a), rank(b)) })
	return errors.Join(all...)
}

// Factories returns what makes objects for which a constraint holds, in the order of the servers' names, at least one. Constraints are those of the naming
// service, on the properties class, alias and serverId, or the name of a class alone. What servers make is known by the naming service (package classmap), and
// no server is started or waited for. Only a server that the map says nothing of, since the naming service has no properties, is asked for its classes, if the constraint can hold for
// it: all of these at the same time, within the limit class-server-timeout each. If nothing was found, the error is TIMEOUT where one of them did not answer, TRANSIENT where
// one could not be reached, and else OBJECT_NOT_EXIST, and says which.
func (d *Domain) Factories(ctx context.Context, constraint string) ([]Factory, error) {
	q, err := classmap.Parse(constraint)
	if err != nil {
		return nil, err
	}
	m, err := classmap.Of(ctx, d.ORB())
	if err != nil {
		return nil, err
	}
	found, silent, err := m.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	all, err := d.resolve(ctx, m, found)
	if err != nil {
		return nil, err
	}
	var unsaid []classmap.Entry
	for _, alias := range silent {
		unsaid = append(unsaid, classmap.Entry{Alias: alias})
	}
	servers, err := d.resolve(ctx, m, unsaid)
	if err != nil {
		return nil, err
	}
	asked, failed := d.ask(ctx, servers)
	for _, f := range asked {
		if q.Holds(classmap.Entry{Class: f.Class, Alias: f.Alias}, "") {
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		return nil, d.nothing(ctx, m, constraint, asked, failed)
	}
	slices.SortStableFunc(all, func(a, b Factory) int { return cmp.Compare(a.Alias, b.Alias) })
	return all, nil
}

// ask asks servers at the same time for their classes, and returns them and what came of those that did not answer.
func (d *Domain) ask(ctx context.Context, servers []Factory) (all []Factory, failed []error) {
	limited, cancel, within := d.patience(ctx, 1)
	defer cancel()
	classes, errs := make([][]string, len(servers)), make([]error, len(servers))
	atOnceEach(len(servers), askAtOnce, func(i int) { classes[i], errs[i] = servers[i].classes(limited) })
	for i, s := range servers {
		if err := late(errs[i], within); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s.Alias, err))
		}
		for _, s.Class = range classes[i] {
			all = append(all, s)
		}
	}
	return all, failed
}

// atOnceEach calls f with the numbers below n, so many at the same time.
func atOnceEach(n, most int, f func(i int)) {
	var wg sync.WaitGroup
	turns := make(chan struct{}, most)
	for i := range n {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			f(i)
		})
	}
	wg.Wait()
}

// nothing is the error where nothing makes such objects, as far as could be known.
func (d *Domain) nothing(ctx context.Context, m classmap.Map, constraint string, asked []Factory, failed []error) error {
	if len(failed) > 0 {
		kind, first := exc.ObjectNotExist, gravest(failed)
		switch {
		case errors.Is(first, exc.Timeout):
			kind = exc.Timeout
		case errors.Is(first, exc.Transient), errors.Is(first, exc.CommFailure):
			kind = exc.Transient
		}
		return exc.New(kind, exc.MinorServerUnknown, exc.No, "nothing that answered makes objects with %.200s; these servers did not say what they make: %w", constraint, first)
	}
	var have []string
	for _, f := range asked {
		have = append(have, f.Class+" at "+f.Alias)
	}
	if q, err := classmap.Parse("exist class"); err == nil {
		known, _, _ := m.Find(ctx, q)
		for _, e := range known {
			have = append(have, e.Class+" at "+e.Alias)
		}
	}
	if len(have) > toldOf {
		have = append(have[:toldOf], "…")
	}
	return exc.New(exc.ObjectNotExist, exc.MinorServerUnknown, exc.No, "no server makes objects with %.200s; there are %s", constraint, cmp.Or(strings.Join(have, ", "), "none at all"))
}

// Servers returns all servers in the context somd, by name; each Factory has no class.
func (d *Domain) Servers(ctx context.Context) ([]Factory, error) {
	m, err := classmap.Of(ctx, d.ORB())
	if err != nil {
		return nil, err
	}
	names, err := m.All(ctx)
	if err != nil {
		return nil, err
	}
	var all []classmap.Entry
	for _, n := range names {
		all = append(all, classmap.Entry{Alias: n})
	}
	return d.resolve(ctx, m, all)
}

// ServerNamed returns a server in the context somd, whose name is looked for as the daemon does, in upper or lower case; the Factory has no class. It reports whether there is one.
func (d *Domain) ServerNamed(ctx context.Context, name string) (Factory, bool, error) {
	m, err := classmap.Of(ctx, d.ORB())
	if err != nil {
		return Factory{}, false, err
	}
	if name == "" {
		return Factory{}, false, nil
	}
	found, err := d.resolve(ctx, m, []classmap.Entry{{Alias: name}})
	if err == nil && len(found) == 0 {
		var names []string
		if names, err = m.All(ctx); err != nil {
			return Factory{}, false, err
		}
		if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
			found, err = d.resolve(ctx, m, []classmap.Entry{{Alias: names[i]}})
		}
	}
	if err != nil || len(found) == 0 {
		return Factory{}, false, err
	}
	return found[0], true, nil
}

// resolve returns the servers of entries of the map, without those that have gone meanwhile.
func (d *Domain) resolve(ctx context.Context, m classmap.Map, entries []classmap.Entry) ([]Factory, error) {
	refs, errs := make([]*orb.Ref, len(entries)), make([]error, len(entries))
	atOnceEach(len(entries), resolveAtOnce, func(i int) { refs[i], errs[i] = m.Resolve(ctx, entries[i]) })
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var all []Factory
	for i, e := range entries {
		if refs[i] != nil {
			all = append(all, Factory{Class: e.Class, Alias: e.Alias, d: d, server: refs[i]})
		}
	}
	return all, nil
}

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
