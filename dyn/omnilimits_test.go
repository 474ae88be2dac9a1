package dyn_test

import tc "github.com/opendsom/dsom/typecode"

// The places of a state where omniORB (4.2.5) reads on in no chunks that its peer could write, between omniORB and itself neither
// (interop/omniorb/crash).
type omniLimits struct {
	behindValue bool // an array of numbers follows a value: the process ends, if padding is wanted there
	behindRun   bool // an array of numbers follows a run: no chunk ends between, if padding is wanted there, and no buffer may end in the run
	octets      bool // an array of octets is in a structure in an any: omniORBpy reads it by itself, omniORB as a part of the structure
	row         bool // structures with padding are in an any, in a row: no buffer may end in it, but behind the first
}

// A token is what omniORB reads in a state.
type token uint8

const (
	other token = iota
	run
	array // of numbers of more than an octet
	end   // of a value
)

func limitsOf(values map[string]*tc.TypeCode, anys []*tc.TypeCode) (l omniLimits) {
	for _, t := range values {
		all := tokens(t)
		for i := 1; i < len(all); i++ {
			if all[i] == array {
				l.behindValue = l.behindValue || all[i-1] == end
				l.behindRun = l.behindRun || all[i-1] == run || all[i-1] == array
			}
		}
	}
	for _, t := range anys {
		l.row = l.row || hasRow(t)
		l.octets = l.octets || hasOctets(t, false)
	}
	return l
}

func tokens(t *tc.TypeCode) (all []token) {
	switch t.Kind() {
	case tc.TkString, tc.TkWString, tc.TkWChar, tc.TkAny:
		return []token{other, run}
	case tc.TkStruct:
		for i := range t.Len() {
			all = append(all, tokens(t.MemberType(i))...)
		}
		return all
	case tc.TkSequence, tc.TkArray:
		k, _, once := inOneStep(t)
		switch {
		case once && (sizeOf(k) == 1 || t.Kind() == tc.TkSequence):
			return []token{other, run}
		case once:
			return []token{array}
		}
		all = tokens(t.Content()) // as often as may be
		if t.Kind() == tc.TkSequence {
			return append(append([]token{other}, all...), all...)
		}
		return append(all, all...)
	case tc.TkUnion: // each arm, and what may be behind any
		for i := range t.Len() {
			all = append(append(all, other), tokens(t.MemberType(i))...)
		}
		return append(all, run)
	case tc.TkValueBox:
		return append(tokens(t.Content()), end)
	case tc.TkValue:
		if base := t.Content(); base != nil {
			all = tokens(base)
			all = all[:len(all)-1]
		}
		for i := range t.Len() {
			all = append(all, tokens(t.MemberType(i))...)
		}
		return append(all, end)
	}
	return []token{other}
}

func hasOctets(t *tc.TypeCode, inStruct bool) bool {
	switch t.Kind() {
	case tc.TkSequence, tc.TkArray:
		return t.Kind() == tc.TkArray && inStruct && t.Content().Kind() == tc.TkOctet || hasOctets(t.Content(), inStruct)
	case tc.TkStruct, tc.TkUnion:
		for i := range t.Len() {
			if hasOctets(t.MemberType(i), t.Kind() == tc.TkStruct) {
				return true
			}
		}
	}
	return false
}

func hasRow(t *tc.TypeCode) bool {
	switch t.Kind() {
	case tc.TkSequence, tc.TkArray:
		of := table(t.Content())
		return simple(of) && len(of) > 1 && (t.Kind() == tc.TkSequence || t.Length() > 1) || hasRow(t.Content())
	case tc.TkStruct, tc.TkUnion:
		for i := range t.Len() {
			if hasRow(t.MemberType(i)) {
				return true
			}
		}
	}
	return false
}
