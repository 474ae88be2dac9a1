package objects

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
)

// invalid is an error about the question.
func invalid(format string, args ...any) error {
	return &admin.Error{Code: admin.CodeInvalid, Message: fmt.Errorf(format, args...).Error()}
}

// Names returns a part of the naming tree. Contexts that are elsewhere are named, not entered: nobody knows how long that takes.
func (o *Objects) Names(ctx context.Context, q admin.NameQuery) (out admin.Names, err error) {
	if q.Limit == 0 {
		q.Limit = admin.MaxNames
	}
	if q.Limit < 0 || q.Limit > admin.MaxNames {
		return out, invalid("limit=%d is not a number from 0 to %d", q.Limit, admin.MaxNames)
	}
	out.Names = []admin.Name{}
	var at ior.Name
	in := o.root
	if q.In != "" {
		if at, err = ior.ParseName(q.In); err != nil {
			return out, invalid("%w", err)
		}
		obj, err := in.Resolve(ctx, bound(at))
		if err != nil {
			return out, missing(q.In, err)
		}
		if in, err = cosnaming.NamingContextClass.Narrow(ctx, obj); err != nil {
			return out, invalid("%s is no naming context", q.In)
		}
	}
	s := search{o: o, q: q, text: strings.ToLower(q.Search), out: &out, seen: map[string]bool{}}
	if start, ok := in.(orb.Object); ok {
		s.seen[orb.Key(start)] = true
	}
	if err := s.list(ctx, in, at); err != nil && !errors.Is(err, errEnough) {
		return out, missing(q.In, err)
	}
	return out, nil
}

// missing says what is wrong with a name.
func missing(name string, err error) error {
	var notFound *cosnaming.NamingContext_NotFound
	if errors.As(err, &notFound) || errors.Is(err, exc.ObjectNotExist) {
		return &admin.Error{Code: admin.CodeNotFound, Message: fmt.Sprintf("nothing has the name %q", name)}
	}
	return failed(err)
}

// errEnough ends a search.
var errEnough = errors.New("enough was found")

// maxDepth is how many components a name has at most that a search finds.
const maxDepth = 64

// namesPage is how many bindings are fetched at once.
const namesPage = 500

// A search is one walk through the tree.
type search struct {
	o      *Objects
	q      admin.NameQuery
	text   string // of q, in lower case; "": what is in the one context
	out    *admin.Names
	looked int
	seen   map[string]bool // the keys of contexts that were entered: they may form circles
}

// list goes through a context, whose name is above.
func (s *search) list(ctx context.Context, in cosnaming.NamingContext, above ior.Name) error {
	page, iterator, err := in.List(ctx, namesPage)
	if err != nil {
		return err
	}
	if iterator != nil {
		defer func() { _ = iterator.Destroy(context.WithoutCancel(ctx)) }() // it ends by itself at some time
	}
	for more := iterator != nil; ; {
		for _, b := range page {
			if err := s.add(ctx, in, above, b); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
		if more, page, err = iterator.NextN(ctx, namesPage); err != nil {
			return err
		}
	}
}

// add adds a binding, if it is meant, and what is inside it.
func (s *search) add(ctx context.Context, in cosnaming.NamingContext, above ior.Name, b cosnaming.Binding) error {
	if len(b.BindingName) == 0 {
		return nil
	}
	if s.looked++; s.looked > admin.MaxSearched {
		s.out.More = true
		return errEnough
	}
	last := b.BindingName[len(b.BindingName)-1]
	name := append(above[:len(above):len(above)], ior.NameComponent{ID: last.Id, Kind: last.Kind})
	n := admin.Name{Name: name.String(), Kind: admin.NameObject}
	if b.BindingType == cosnaming.BindingType_Ncontext {
		n.Kind = admin.NameContext
	}
	meant := s.text == "" || strings.Contains(strings.ToLower(n.Name), s.text)
	if meant && len(s.out.Names) == s.q.Limit {
		s.out.More = true
		return errEnough
	}
	enters := s.text != "" && n.Kind == admin.NameContext && len(name) < maxDepth
	if !meant && !enters {
		return nil
	}
	obj, err := in.Resolve(ctx, b.BindingName)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return nil // it was taken away meanwhile
	}
	ref := orb.RefOf(obj)
	if meant {
		if ref != nil {
			n.Type, n.URL = ref.TypeID(), urlOf(ref)
		}
		s.out.Names = append(s.out.Names, n)
	}
	if !enters || ref == nil || !s.o.own(ref) || s.seen[orb.Key(obj)] {
		return nil
	}
	s.seen[orb.Key(obj)] = true
	err = s.list(ctx, cosnaming.NamingContextClass.Unchecked(ref), name)
	if errors.Is(err, exc.ObjectNotExist) { // likewise
		return nil
	}
	return err
}

// own reports whether an object is the daemon's own.
func (o *Objects) own(ref *orb.Ref) bool {
	k, ours := ior.ParseKey([]byte(orb.Key(ref)))
	return ours && k.Server == o.c.Server.ServerID()
}

// urlOf returns a reference as corbaloc: where it can be put so.
func urlOf(ref *orb.Ref) string {
	if u, ok := ref.IOR().Corbaloc(); ok {
		return u.String()
	}
	return ref.String()
}

// bound returns a name for calls.
func bound(n ior.Name) cosnaming.Name {
	out := make(cosnaming.Name, len(n))
	for i, c := range n {
		out[i] = cosnaming.NameComponent{Id: c.ID, Kind: c.Kind}
	}
	return out
}
