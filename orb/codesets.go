package orb

import (
	"fmt"
	"slices"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
)

// setCodeSets takes the code sets of the configuration, each kind by itself.
func (o *ORB) setCodeSets(c codeset.Component) error {
	o.offers, o.converts = codeset.Ours(), codeset.Any()
	if c.Char.Native != 0 {
		o.offers.Char, o.converts.Char = c.Char, c.Char
	}
	if c.Wchar.Native != 0 {
		o.offers.Wchar, o.converts.Wchar = c.Wchar, c.Wchar
	}
	if err := o.offers.Err(); err != nil {
		return fmt.Errorf("Config.CodeSets: %w", err)
	}
	return nil
}

// CodeSets returns what references of this ORB's objects say of the sets of char and of wchar. It must not be changed.
func (o *ORB) CodeSets() codeset.Component { return o.offers }

// MaxVersion returns the highest version of GIOP that this ORB speaks.
func (o *ORB) MaxVersion() cdr.Version { return o.maxVersion }

// A corbaloc URL says nothing of code sets, and as a rule a low version of GIOP, so that calls
// through it begin in ISO 8859-1 and without wide characters. A text that cannot be said in that
// would only fail. It is said in GIOP 1.2 instead, in UTF-8 and UTF-16, the fallback that the
// specification asks every ORB to take (CORBA 3.3 part 2, clause 7.10.2.6). Once a reply has come
// the reference keeps to it; a peer that does not understand leaves things as they were.

// InUnicode returns a reference to the same object that is spoken to in GIOP 1.2 with UTF-8
// and UTF-16 from the first call on, where it does not say what its server can: for calls
// whose results may hold what ISO 8859-1 does not. A reference that says it is returned itself.
func (r *Ref) InUnicode() *Ref {
	rt := r.route()
	if !rt.terse {
		return r
	}
	u := &Ref{orb: r.orb, ior: r.ior, from: r.from, policies: r.policies}
	original := r.original.Load()
	if original.terse {
		original = original.inUnicode()
	}
	u.original.Store(original)
	u.current.Store(rt.inUnicode())
	return u
}

// retryInUnicode reports whether arguments that could not be written for err are to be written again, in more than the
// reference promises.
func (c *Call) retryInUnicode(err error) bool {
	sys := exc.From(err, exc.No)
	if c.unsaid != nil || !c.route.terse || sys.Kind != exc.DataConversion && sys.Minor != exc.MinorWCharNotNegotiated {
		return false
	}
	c.unsaid = err
	return true
}

// learnUnicode keeps to the way that a reply has come over.
func (c *Call) learnUnicode() {
	if c.unsaid != nil {
		c.ref.replace(c.route, c.route)
	}
}

// refusedUnicode reports whether the peer did not understand what was tried: nothing has run, and
// the reference is what it was. Where the request was sent on to a reference that says what its server speaks, nothing was tried.
func (c *Call) refusedUnicode(sys *exc.SystemException) bool {
	return c.unsaid != nil && c.route.plain != nil && sys.Kind == exc.CommFailure && sys.Minor == exc.MinorProtocol
}

// inUnicode returns the same way, spoken on in Unicode: always the same route, which remembers the addresses that are no good.
func (rt *route) inUnicode() *route {
	if u := rt.unicode.Load(); u != nil {
		return u
	}
	u := &route{orb: rt.orb, key: rt.key, ior: rt.ior, forwarded: rt.forwarded, refused: rt.refused, err: rt.err, from: rt.from, plain: rt, ways: slices.Clone(rt.ways)}
	u.begin.Store(rt.begin.Load())
	u.wanted.Store(rt.wanted.Load())
	for i := range u.ways {
		u.ways[i].version = rt.orb.version(cdr.V12)
		u.ways[i].sets = codeset.Choice{Char: codeset.IDUTF8, Wchar: codeset.IDUTF16}
	}
	if !rt.unicode.CompareAndSwap(nil, u) { // another call was faster
		return rt.unicode.Load()
	}
	return u
}
