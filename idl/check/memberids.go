package check

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// The ids of members (XTypes 1.3, 7.3.1.2.1.1): those of @id, and those that a member without
// one has from the member before it, which must not be taken. They count on from the base.

// numbered is the ids of a structure's own members. What the base has is looked up there.
type numbered struct {
	base  *numbered
	last  int64
	taken map[int64]syntax.Name
}

func (n *numbered) find(id int64) (syntax.Name, bool) {
	for ; n != nil; n = n.base {
		if name, ok := n.taken[id]; ok {
			return name, true
		}
	}
	return syntax.Name{}, false
}

// memberIDs reports members of structures that have the same id.
func (c *checker) memberIDs() {
	of := make(map[*symbol]*recordItem, len(c.records))
	for _, r := range c.records {
		of[r.sym] = r
	}
	done := map[*symbol]*numbered{}
	for _, r := range c.records {
		if c.ended() {
			return
		}
		if c.hasIDs(r) && !c.hashed(r.sym) {
			c.numberMembers(r, of, done)
		}
	}
}

// hasIDs reports whether a member has an @id: without one there is nothing to collide with.
func (c *checker) hasIDs(r *recordItem) bool {
	for _, m := range r.syntax {
		if _, _, ok := c.idOf(&m.Head); ok {
			return true
		}
	}
	return false
}

// idOf returns the id that @id gives, and where.
func (c *checker) idOf(h *syntax.Head) (int64, diag.Span, bool) {
	for _, a := range h.Annotations {
		m := c.applications[a]
		if m == nil || m.Decl != "id" || a.Comment {
			continue
		}
		if v := m.Param("value"); v != nil {
			n, ok := v.Int64()
			return n, a.Span, ok
		}
	}
	return 0, diag.Span{}, false
}

// hashed reports whether ids may be made of names: by @autoid of the structure, its bases or
// the scopes around it, or by @hashid of a member.
func (c *checker) hashed(sym *symbol) bool {
	for s := sym; s != nil; s = s.super {
		if d, ok := s.syntax.(*syntax.Struct); ok {
			for _, m := range d.Members {
				if annotatedWith(&m.Head, "hashid") {
					return true
				}
			}
		}
		for at := s; at != nil; at = at.scope.owner {
			if d, ok := at.syntax.(syntax.Decl); ok && annotatedWith(d.Common(), "autoid") {
				return true
			}
			if at.scope == nil {
				break
			}
		}
	}
	return false
}

func annotatedWith(h *syntax.Head, name string) bool {
	for _, a := range h.Annotations {
		if strings.EqualFold(a.Name.Parts[len(a.Name.Parts)-1].Text, name) {
			return true
		}
	}
	return false
}

// numberMembers numbers the members of a structure and of its bases, of which there are as many
// as idl-ancestors allows, once.
func (c *checker) numberMembers(r *recordItem, of map[*symbol]*recordItem, done map[*symbol]*numbered) *numbered {
	if n := done[r.sym]; n != nil {
		return n
	}
	all := &numbered{last: -1, taken: map[int64]syntax.Name{}}
	if base := of[r.sym.super]; base != nil {
		all.base = c.numberMembers(base, of, done)
		all.last = all.base.last
	}
	done[r.sym] = all
	for _, m := range r.syntax {
		id, at, given := c.idOf(&m.Head)
		for i, d := range m.Declarators {
			given = given && i == 0
			if given {
				all.last = id
			} else {
				all.last++
				at = d.Name.Span
			}
			first, dup := all.find(all.last)
			if !dup {
				all.taken[all.last] = d.Name
				continue
			}
			x := diag.Diagnostic{
				Code: CodeAnnotationParam, Span: at, Message: fmt.Sprintf("two members have the id %d", all.last),
				Notes: note(first.Span, "%s is the first", quote(first.Text)),
			}
			if !given {
				x.Help = "without an @id it is one more than that of the member before"
			}
			c.add(x)
		}
	}
	return all
}
