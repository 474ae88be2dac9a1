package typecode

import (
	"math"
	"sync"
)

// An index finds the members of a type that has many of them: who sends a type of thousands and as many values
// of it is not to have each looked through. It is made when it is first asked.
type index struct {
	members []member
	def     int // as of the type

	nameOnce, labelOnce sync.Once
	names               map[string]int32
	labels              map[int64]int32
}

// fewMembers is how many are looked through one by one.
const fewMembers = 8

// done completes a type that has its parts.
func (t *TypeCode) done() *TypeCode {
	if t.least = t.sum(); len(t.members) > fewMembers {
		t.index = &index{members: t.members, def: t.def}
	}
	return t
}

// name returns the index of the first member of a name, or -1.
func (x *index) name(name string) int {
	x.nameOnce.Do(func() {
		x.names = make(map[string]int32, len(x.members))
		for i := range x.members {
			if _, twice := x.names[x.members[i].name]; !twice {
				x.names[x.members[i].name] = int32(i)
			}
		}
	})
	if i, ok := x.names[name]; ok {
		return int(i)
	}
	return -1
}

// arm returns the index of the first arm of a label, or -1.
func (x *index) arm(label int64) int {
	x.labelOnce.Do(func() {
		x.labels = make(map[int64]int32, len(x.members))
		for i := range x.members {
			if _, twice := x.labels[x.members[i].label]; !twice && i != x.def {
				x.labels[x.members[i].label] = int32(i)
			}
		}
	})
	if i, ok := x.labels[label]; ok {
		return int(i)
	}
	return -1
}

// Least returns how many octets a value of the type takes at least in CDR, without padding: 0 for
// what is empty. It takes no time.
func (t *TypeCode) Least() int {
	switch t = t.r(); t.kind {
	case TkOctet, TkBoolean, TkChar, TkWChar:
		return 1
	case TkShort, TkUShort:
		return 2
	case TkLongLong, TkULongLong, TkDouble:
		return 8
	case TkLongDouble:
		return 16
	case TkFixed:
		return int(t.digits)/2 + 1
	case TkNull, TkVoid, TkStruct, TkExcept, TkUnion, TkArray, TkAlias, tkRecursive:
		return t.least
	}
	return 4
}

// sum returns Least of a type that consists of others, of those which it is known of already. Of
// a type around it never need be, as there is a sequence or value between, unless that is a typedef: it counts for nothing.
func (t *TypeCode) sum() int {
	n := 0
	switch t.kind {
	case TkStruct, TkExcept:
		for i := range t.members {
			n = min(n+t.members[i].tc.Least(), math.MaxInt32)
		}
	case TkUnion:
		n = t.disc.Least()
	case TkArray:
		n = min(int(min(t.length, math.MaxInt32))*t.content.Least(), math.MaxInt32)
	case TkAlias:
		n = t.content.Least()
	}
	return n
}
