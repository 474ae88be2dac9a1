// Package classmap is the map of classes to the servers that make objects of them. It lies in the naming service, as that of SOM 3.0 does, and
// there is no other: what a server of classes serves, and what regimpl registers for one, is in it, and whoever looks for a class looks there.
//
// A server has the name somd/ALIAS, and for each of its classes one more, somd/ALIAS.CLASS (CLASS is the kind of the name), both of its SOMDServer. The
// former has the properties alias and serverId, the latter class, too:
//
//	dsom name find "class=='Car' and alias=='east'"
//
// A naming service without properties has the first names alone, and servers have to be asked for their classes.
package classmap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/std/extendednaming"
	"github.com/opendsom/dsom/svc/naming/tree/constraint"
)

// Context is the naming context of the map, from the root.
const Context = "somd"

// MaxFound bounds how many entries a question is answered with; an IMP_LIMIT says so.
const MaxFound = 4096

// The properties of the names.
const (
	class    = "class"
	alias    = "alias"
	serverID = "serverId"
)

// A Map is the map in a naming service. It is safe for concurrent use.
type Map struct {
	root extendednaming.ExtendedNamingContext
}

// In returns the map in a naming service, whose root context ref is.
func In(root *orb.Ref) Map {
	return Map{extendednaming.ExtendedNamingContextClass.Unchecked(root)}
}

// Of returns the map in the naming service that an ORB knows as NameService.
func Of(ctx context.Context, o *orb.ORB) (Map, error) {
	names, err := o.InitialReference(ctx, "NameService")
	if err != nil {
		return Map{}, fmt.Errorf("servers of classes are found by the naming service: %w", err)
	}
	if names == nil {
		return Map{}, exc.New(exc.BadInvOrder, exc.MinorUnknownInitialRef, exc.No, "servers of classes are found by the naming service, and the ORB has none: configure the initial reference NameService")
	}
	return In(names), nil
}

// An Entry says that a server makes objects of a class; Class is empty for a server of which the map does not say what it has.
type Entry struct{ Class, Alias string }

func (e Entry) name() cosnaming.Name { return cosnaming.Name{{Id: e.Alias, Kind: e.Class}} }

// A Server is what the map says of a server.
type Server struct {
	Alias string
	ID    string     // as DSOM has it (wire.ID); "": the server is not registered
	Ref   orb.Object // its SOMDServer
}

// Announce says which classes a server makes objects of, and that it makes no others. A naming service without properties is told of the server alone.
func (m Map) Announce(ctx context.Context, s Server, classes []string) error {
	had, err := m.Classes(ctx, s.Alias)
	if err != nil && !plain(err) {
		return err
	}
	return m.Change(ctx, s, classes, slices.DeleteFunc(had, func(c string) bool { return slices.Contains(classes, c) }))
}

// Change says that a server makes objects of some classes, and of others no more. What is said of further ones stays.
func (m Map) Change(ctx context.Context, s Server, more, less []string) error {
	name := cosnaming.Name{{Id: Context}}
	_, err := m.root.BindNewContext(ctx, name)
	if bound := (*cosnaming.NamingContext_AlreadyBound)(nil); err != nil && !errors.As(err, &bound) {
		return fmt.Errorf("the context %s cannot be made: %w", Context, err)
	}
	at, err := m.enter(ctx)
	if err == nil && at == nil {
		err = exc.New(exc.ObjectNotExist, exc.MinorServerUnknown, exc.No, "the context %s has gone again", Context)
	}
	if err != nil {
		return err
	}
	err = at.RebindWithProperties(ctx, Entry{Alias: s.Alias}.name(), s.Ref, properties(s, ""))
	if plain(err) {
		return at.Rebind(ctx, Entry{Alias: s.Alias}.name(), s.Ref)
	}
	if err != nil {
		return fmt.Errorf("the server %s cannot be announced: %w", s.Alias, err)
	}
	for _, c := range more {
		if err := at.RebindWithProperties(ctx, Entry{c, s.Alias}.name(), s.Ref, properties(s, c)); err != nil {
			return fmt.Errorf("class %.255q cannot be announced: %w", c, err)
		}
	}
	for _, c := range less {
		if err := unbind(ctx, at, Entry{c, s.Alias}); err != nil {
			return err
		}
	}
	return nil
}

// Called returns the properties of a server's names that say what it is called.
func Called(alias string) extendednaming.PropertyList { return properties(Server{Alias: alias}, "") }

// IsOf returns the properties of a server's names that say whose they are, by its ID.
func IsOf(id string) extendednaming.PropertyList { return properties(Server{ID: id}, "") }

func properties(s Server, of string) (list extendednaming.PropertyList) {
	for _, p := range [][2]string{{class, of}, {alias, s.Alias}, {serverID, s.ID}} {
		if p[1] != "" {
			list = append(list, extendednaming.PropertyStruct{Binding: extendednaming.PropertyBindingStruct{PropertyName: p[0]}, Value: dyn.String.Any(p[1])})
		}
	}
	return list
}

// plain reports whether an error is that of a naming service that has no properties.
func plain(err error) bool {
	return errors.Is(err, exc.BadOperation) || errors.Is(err, exc.NoImplement)
}

// missing reports whether an error says that a name is not bound.
func missing(err error) bool {
	return errors.As(err, new(*cosnaming.NamingContext_NotFound))
}

// enter returns the context of the map, nil if there is none.
func (m Map) enter(ctx context.Context) (extendednaming.ExtendedNamingContext, error) {
	at, err := m.root.Resolve(ctx, cosnaming.Name{{Id: Context}})
	if missing(err) {
		return nil, nil
	}
	if err != nil || at == nil {
		return nil, err
	}
	return extendednaming.ExtendedNamingContextClass.Unchecked(at), nil
}

func unbind(ctx context.Context, at extendednaming.ExtendedNamingContext, e Entry) error {
	if err := at.Unbind(ctx, e.name()); err != nil && !missing(err) {
		return err
	}
	return nil
}

// Drop forgets a server.
func (m Map) Drop(ctx context.Context, alias string) error {
	at, err := m.enter(ctx)
	if err != nil || at == nil {
		return err
	}
	list, err := classesOf(ctx, at, alias)
	if err != nil {
		return err
	}
	for _, c := range append(list, "") {
		err = errors.Join(err, unbind(ctx, at, Entry{c, alias}))
	}
	return err
}

// Leave forgets what is said of a server under a name that it had, by its ID: another may have the name by now.
func (m Map) Leave(ctx context.Context, had, id string) error {
	at, err := m.enter(ctx)
	if err != nil || at == nil {
		return err
	}
	all, err := search(ctx, at, fmt.Sprintf("%s==%s and %s==%s", alias, quoted(had), serverID, quoted(id)))
	if plain(err) { // nobody knows whose it is
		return nil
	}
	for _, e := range all {
		err = errors.Join(err, unbind(ctx, at, e))
	}
	return err
}

// Classes returns what a server makes objects of, by the map, in their order.
func (m Map) Classes(ctx context.Context, alias string) ([]string, error) {
	at, err := m.enter(ctx)
	if err != nil || at == nil {
		return nil, err
	}
	return classesOf(ctx, at, alias)
}

func classesOf(ctx context.Context, at extendednaming.ExtendedNamingContext, of string) ([]string, error) {
	found, err := search(ctx, at, fmt.Sprintf("%s==%s and exist %s", alias, quoted(of), class))
	var all []string
	for _, e := range found {
		if e.Class != "" && e.Alias == of {
			all = append(all, e.Class)
		}
	}
	slices.Sort(all)
	return all, err
}

// Servers returns the names of the servers that make objects of a class, by the map, in their order.
func (m Map) Servers(ctx context.Context, of string) ([]string, error) {
	at, err := m.enter(ctx)
	if err != nil || at == nil {
		return nil, err
	}
	found, err := search(ctx, at, class+"=="+quoted(of))
	var all []string
	for _, e := range found {
		if e.Class == of {
			all = append(all, e.Alias)
		}
	}
	return all, err
}

// quoted is a text as a constraint has it.
func quoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}

// search returns the entries for whose names a constraint holds, ordered.
func search(ctx context.Context, at extendednaming.ExtendedNamingContext, text string) ([]Entry, error) {
	list, more, err := at.FindAll(ctx, text, 0, MaxFound)
	if err != nil {
		return nil, err
	}
	if more != nil {
		_ = more.Destroy(ctx)
		return nil, tooMany(text)
	}
	return entries(list), nil
}

func tooMany(text string) error {
	return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "more than %d servers and classes in the context %s (MaxFound) match %.100s", MaxFound, Context, text)
}

func entries(list cosnaming.BindingList) []Entry {
	var all []Entry
	for _, b := range list {
		if b.BindingType == cosnaming.BindingType_Nobject && len(b.BindingName) == 1 {
			all = append(all, Entry{Class: b.BindingName[0].Kind, Alias: b.BindingName[0].Id})
		}
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Alias, b.Alias), cmp.Compare(a.Class, b.Class)) })
	return all
}

// A Query is a constraint on the properties class, alias and serverId.
type Query struct {
	text string
	expr *constraint.Expr
}

// Parse reads a constraint, in the language of the naming service (docs/naming.md). The name of a class alone stands for class=='…'. Its error is BAD_PARAM.
func Parse(text string) (Query, error) {
	if name := strings.TrimSpace(text); isClass(name) {
		text = class + "==" + quoted(name)
	}
	expr, err := constraint.New(text)
	if err != nil {
		return Query{}, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%w; what is understood is such as class=='Car' and alias=='east'", err)
	}
	return Query{text, expr}, nil
}

// isClass reports whether a text is a class's name, with its modules, and so no constraint.
func isClass(name string) bool {
	for i, c := range []byte(name) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c != ':' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != "" && name != "TRUE" && name != "FALSE"
}

// Holds reports whether the constraint holds for a class at a server. ID is the server's, or empty where it is not known.
func (q Query) Holds(e Entry, id string) bool { return q.expr.Match(subject(e, id)) }

// possible reports whether the constraint may hold for some class at a server.
func (q Query) possible(alias string) bool {
	return q.expr.Possible(subject(Entry{Alias: alias}, ""))
}

// subject is an entry as constraints see it; what it does not say is unknown.
func subject(e Entry, id string) *constraint.Subject {
	return &constraint.Subject{Property: func(name string) (constraint.Value, bool) {
		text, ok := map[string]string{class: e.Class, alias: e.Alias, serverID: id}[name]
		switch {
		case ok && text == "":
			return constraint.Unknown, false
		case ok:
			return constraint.TextOf(text), true
		}
		return constraint.Value{}, false
	}}
}

// Find returns the entries for which a constraint holds, in the order of servers and classes, and the servers of which the map does not say what classes they
// have, as far as the constraint can hold for one: those have to be asked. No server is asked here.
func (m Map) Find(ctx context.Context, q Query) (found []Entry, silent []string, err error) {
	at, err := m.enter(ctx)
	if err != nil || at == nil {
		return nil, nil, err
	}
	all, err := search(ctx, at, q.text)
	var unsaid []Entry
	switch {
	case err == nil:
		unsaid, err = search(ctx, at, "not exist "+class+" and not exist "+alias)
	case plain(err):
		unsaid, err = listed(ctx, at)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, e := range all {
		if e.Class != "" {
			found = append(found, e)
		}
	}
	for _, e := range unsaid {
		if e.Class == "" && q.possible(e.Alias) {
			silent = append(silent, e.Alias)
		}
	}
	return found, silent, nil
}

// All returns the names of all servers, in their order.
func (m Map) All(ctx context.Context) ([]string, error) {
	at, err := m.enter(ctx)
	if err != nil || at == nil {
		return nil, err
	}
	list, err := search(ctx, at, "not exist "+class)
	if plain(err) {
		list, err = listed(ctx, at)
	}
	var all []string
	for _, e := range list {
		if e.Class == "" {
			all = append(all, e.Alias)
		}
	}
	return all, err
}

// listed returns what a naming service without properties has.
func listed(ctx context.Context, at extendednaming.ExtendedNamingContext) ([]Entry, error) {
	list, more, err := at.List(ctx, MaxFound)
	if err != nil {
		return nil, err
	}
	if more != nil {
		_ = more.Destroy(ctx)
		return nil, tooMany("it")
	}
	return entries(list), nil
}

// Resolve returns the SOMDServer of an entry; nil if it has gone meanwhile.
func (m Map) Resolve(ctx context.Context, e Entry) (*orb.Ref, error) {
	o, err := m.root.Resolve(ctx, append(cosnaming.Name{{Id: Context}}, e.name()...))
	if missing(err) {
		return nil, nil
	}
	if err != nil || o == nil {
		return nil, err
	}
	return orb.RefOf(o), nil
}
