package tree

import (
	"strings"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
)

// The entries in the store, their parts escaped:
//
//	naming/context/ID            a context; empty, and written again when a binding is added to it
//	naming/binding/ID/NAME.KIND  a binding of the context ID: a tag, then what it leads to;
//	                             where it has properties, these before that, behind a tag of their own
//
// A context's entry guards additions: who destroys an empty context conflicts with who binds
// something in it. Replacing and removing a binding are guarded by the binding's own entry.
// The root context needs no entry until something is bound in it.
const (
	prefixContext = "naming/context/"
	prefixBinding = "naming/binding/"
)

// The first octet of a binding's value; the rest is the reference, or the context's id, or
// properties and behind them a value without.
const (
	tagObject     = 'o'
	tagForeign    = 'f'
	tagContext    = 'c'
	tagProperties = 'p'
)

func contextKey(id ID) string { return prefixContext + store.EscapeKey(string(id)) }

func bindingKey(in ID, c ior.NameComponent) string {
	return prefixBinding + store.EscapeKey(string(in)) + "/" + store.EscapeKey(c.ID) + "." + store.EscapeKey(c.Kind)
}

func (b *binding) value() []byte {
	var v []byte
	if len(b.properties) > 0 {
		v = appendProperties([]byte{tagProperties}, b.properties)
	}
	switch t := b.target; {
	case t.Kind == Object:
		return append(append(v, tagObject), t.Ref...)
	case t.Context == "":
		return append(append(v, tagForeign), t.Ref...)
	default:
		return append(append(v, tagContext), t.Context...)
	}
}

// parseContext checks a context's entry and returns its id.
func parseContext(e store.Entry) (ID, error) {
	id, ok := unescapeID(strings.TrimPrefix(e.Key, prefixContext))
	switch {
	case !ok:
		return "", damaged(e, "the key is not that of a naming context")
	case len(e.Value) > 0:
		return "", damaged(e, "the entry of a naming context is not empty")
	}
	return id, nil
}

func unescapeID(part string) (ID, bool) {
	s, ok := store.UnescapeKey(part)
	return ID(s), ok && ID(s).valid()
}

// parseBinding reads a binding's entry; in is the context that it stands in.
func parseBinding(e store.Entry) (in ID, b *binding, err error) {
	owner, name, _ := strings.Cut(strings.TrimPrefix(e.Key, prefixBinding), "/")
	id, kind, _ := strings.Cut(name, ".")
	b = &binding{revision: e.Revision}
	var okID, okKind bool
	in, ok := unescapeID(owner)
	b.name.ID, okID = store.UnescapeKey(id)
	b.name.Kind, okKind = store.UnescapeKey(kind)
	if !ok || !okID || !okKind {
		return "", nil, damaged(e, "the key is not that of a binding")
	}
	value := e.Value
	if len(value) > 0 && value[0] == tagProperties {
		if b.properties, value, ok = parseProperties(value[1:]); !ok {
			return "", nil, damaged(e, "properties that cannot be read")
		}
	}
	if len(value) == 0 {
		return "", nil, damaged(e, "a binding to nothing")
	}
	switch rest := value[1:]; value[0] {
	case tagObject:
		b.target = Target{Kind: Object, Ref: rest}
	case tagForeign:
		b.target = Target{Kind: Context, Ref: rest}
	case tagContext:
		if b.target = (Target{Kind: Context, Context: ID(rest)}); !b.target.Context.valid() {
			return "", nil, damaged(e, "a binding to what is not a context's id")
		}
	default:
		return "", nil, damaged(e, "a binding to something of an unknown kind")
	}
	return in, b, nil
}

// damaged is the error for an entry that this package has not written.
func damaged(e store.Entry, detail string) error {
	return &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: detail, Help: "restore the state from a backup"}
}
