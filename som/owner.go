package som

import (
	"reflect"
	"strings"
)

// LendsResult reports whether the result stays the object's for other languages: its caller ends nothing of it, and what it holds lasts as long as the object says. In Go
// the references of results are the caller's all the same, whoever implements the method and whoever calls it: who returns an object gives a reference away. What stands between
// the languages, and between processes, keeps for callers that borrow what they need.
func (s *MethodSpec) LendsResult() bool {
	if s.Owns == "" {
		return strings.HasPrefix(s.Name, "_get_")
	}
	return s.Owns[0] != 'c'
}

// Takes reports whether what goes in as a parameter, counted from 0, is the object's from the call on, whether the method raises or not: the method, or whoever
// implements it, ends it.
func (s *MethodSpec) Takes(param int) bool { return s.owner(param) == 'o' }

// Lends reports whether what comes out as a parameter, counted from 0, stays the object's for other languages, see [MethodSpec.LendsResult].
func (s *MethodSpec) Lends(param int) bool { return s.owner(param) != 'c' }

func (s *MethodSpec) owner(param int) byte {
	if param+1 >= len(s.Owns) {
		return 'c'
	}
	return s.Owns[param+1]
}

// LendsResult is [MethodSpec.LendsResult].
func (m *Method) LendsResult() bool { return m.spec.LendsResult() }

// Takes is [MethodSpec.Takes].
func (m *Method) Takes(param int) bool { return m.spec.Takes(param) }

// Lends is [MethodSpec.Lends].
func (m *Method) Lends(param int) bool { return m.spec.Lends(param) }

// Owns returns who ends what; see [MethodSpec].
func (m *Method) Owns() string { return m.spec.Owns }

// hasResults reports whether a func of this type returns anything but an error.
func hasResults(t reflect.Type) bool {
	n := t.NumOut()
	return n > 1 || n == 1 && t.Out(0) != errorType
}
