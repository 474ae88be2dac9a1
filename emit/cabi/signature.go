package cabi

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// Limits of what signatures say of types. What is longer is said by a hash, and compares as well.
const (
	maxShape = 64   // octets of what stands for a structure or union
	maxTypes = 1024 // octets of all types of a method
	maxParts = 4096 // types that are looked at for one parameter; beyond, the scoped name stands for what they are in

	maxMembers = 256   // octets of an exception's members; each that is beyond is told by a short hash of its own
	maxID      = 128   // octets of an exception's id
	maxRaised  = 60000 // octets of all exceptions of a method; those beyond are told by one hash. Kernels take 65,535 octets in all
)

// Signature returns a method's signature, by which both sides of a call say what they were compiled with: letters, by which it
// can be called, and behind a slash the types, by which what letters do not tell apart is told: "i:ip/long(long,out {long,string})".
// Names are none of it but those of objects' classes, and bounds are not: types are what they are in memory. Behind them stand the exceptions that the method
// may raise, by their ids and members. What is not called as methods are has no letters: "/procedure noself noenv long(long)".
// docs/som.md says how all of it is written.
func Signature(m *model.Method) string {
	text, _ := signature(m, false)
	return text
}

// MaxWhole is how many octets a signature has at most that tells nothing by a hash.
const MaxWhole = 1 << 16

// Whole is Signature with nothing told by a hash, and false where that would be longer than [MaxWhole]: by it what a method takes and returns is known to
// who has neither the IDL nor generated code. Nobody compares it.
func Whole(m *model.Method) (string, bool) { return signature(m, true) }

func signature(m *model.Method, whole bool) (text string, ok bool) {
	s := shaper{whole: whole}
	var result *model.Type
	letters, types := "", ""
	add := func(t *model.Type, dir model.Direction) {
		letter := Letter(t)
		if dir != model.In {
			letter = 'p'
		}
		letters += string(letter)
		if types != "" {
			types += ","
		}
		if dir != model.In {
			types += dir.String() + " "
		}
		types += s.shape(t)
	}
	switch {
	case m.Operation != nil:
		for _, p := range m.Operation.Params {
			add(p.Type, p.Direction)
		}
		result = m.Operation.Result
	case m.Set:
		add(m.Attribute.Type, model.In)
	default:
		result = m.Attribute.Type
	}
	first, returns := byte('v'), "void"
	if !result.IsVoid() {
		returns = s.shape(result)
		if f := FormOf(result); f == Aggregate || f == Array { // where the last parameter points to
			letters += "p"
		} else {
			first = Letter(result)
		}
	}
	types = returns + "(" + types + ")"
	if len(types) > maxTypes && !whole {
		types = hashed(types)
	}
	called := string(first) + ":" + letters
	if self, env := Receives(m); !self || !env {
		called = ""
	}
	text = called + "/" + manner(m) + types + s.raised(m)
	return text, !s.over && (!whole || len(text) <= MaxWhole)
}

// DataSignature returns what stands for static data, which are found as procedures are: "/data long".
func DataSignature(d *model.Member) string {
	text := Shape(d.Type)
	if len(text) > maxTypes {
		text = hashed(text)
	}
	return "/data " + text
}

// Receives reports whether a method's function has the receiver, and whether it has the environment: procedures may be
// declared without, and have no environment in a class of callstyle=oidl.
func Receives(m *model.Method) (self, env bool) {
	if m.Kind() != model.ProcedureMethod {
		return true, true
	}
	return !m.Has("noself"), !m.Has("noenv") && !m.Class.OIDL()
}

// manner returns what is different in how a method is called, as words in front of its types.
func manner(m *model.Method) string {
	if m.Kind() != model.ProcedureMethod {
		text := ""
		if m.Class.OIDL() {
			text = "oidl " // its environment is NULL
		}
		if m.IsInit() {
			text += "init " // it is called of what is no object yet
		}
		return text
	}
	text := "procedure "
	self, env := Receives(m)
	if !self {
		text += "noself "
	}
	if !env {
		text += "noenv "
	}
	return text
}

// raised returns the exceptions of a method in the order of their ids, each with its members: "!IDL:Zoo/Bad:1.0{long;string;".
// Those for which there is no room are one that has no id, and the hash of their texts.
func (s *shaper) raised(m *model.Method) string {
	var all []string
	for _, e := range raises(m) {
		id := e.ID
		if strings.ContainsAny(id, "!{") || len(id) > maxID && !s.whole {
			id = hashed(id)
		}
		all = append(all, "!"+id+"{"+s.membersOf(e))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	text := ""
	for n, e := range all {
		if len(text)+len(e) > maxRaised {
			return text + "!{" + hashed(strings.Join(all[n:], "")) + ";"
		}
		text += e
	}
	return text
}

// membersOf returns the members of an exception, each with a semicolon behind it. What stands for one depends on none behind it, so
// that the text of an exception which has grown at its end begins with what it was.
func (s *shaper) membersOf(e *model.Exception) string {
	text, short := "", false
	for _, m := range e.Members {
		member := s.shape(m.Type)
		if short = (short || len(text)+len(member) >= maxMembers) && !s.whole; short {
			h := fnv.New32a()
			h.Write([]byte(member))
			member = fmt.Sprintf("%08x", h.Sum32())
		}
		text += member + ";"
	}
	return text
}

func raises(m *model.Method) []*model.Exception {
	switch {
	case m.Operation != nil:
		return m.Operation.Raises
	case m.Set:
		return m.Attribute.SetRaises
	}
	return m.Attribute.GetRaises
}

func hashed(s string) string {
	h := fnv.New64a()
	h.Write([]byte(s))
	return fmt.Sprintf("#%016x", h.Sum64())
}

// Shape returns what a type is in memory, all names but those of kinds and of objects' classes left out: two types of one shape
// can take each other's place in a program that is not compiled anew. An object is what its class is, to the name: one of a
// descendant would do for those who are given it, but not for an override that has been compiled to give another.
func Shape(t *model.Type) string {
	s := shaper{}
	return s.shape(t)
}

// A shaper finds the shapes of types, one after the other.
type shaper struct {
	around []model.Decl // structures and unions that are begun, the outermost first
	known  map[model.Decl]string
	parts  int
	whole  bool // nothing is told by a hash
	over   bool // it cannot be
	length int  // of all that was told
}

func (s *shaper) shape(t *model.Type) string {
	if s.whole && s.over {
		return ""
	}
	s.known, s.parts = map[model.Decl]string{}, 0
	text, _ := s.of(t)
	if s.length += len(text); s.whole && s.length > MaxWhole {
		s.over = true
	}
	return text
}

// of returns a type's shape, and the place of the outermost of those around it that it leads back to, or a higher number.
func (s *shaper) of(t *model.Type) (string, int) {
	none := len(s.around)
	switch StandardName(t) {
	case "somId":
		return "string", none
	case "somInitCtrl", "som3InitCtrl":
		return "making", none
	}
	t = t.Resolve()
	switch t.Kind {
	case model.UInt8:
		return model.Octet.String(), none // another name for it
	case model.Object:
		return "object", none
	case model.Pointer:
		text, back := s.of(t.Elem)
		return text + "*", back
	case model.Sequence:
		text, back := s.of(t.Elem)
		return "<" + text + ">", back
	case model.Array:
		text, back := s.of(t.Elem)
		for _, n := range t.Dims {
			text += fmt.Sprintf("[%d]", n)
		}
		return text, back
	case model.Named:
		switch d := Definition(t.Decl).(type) {
		case *model.Enum:
			return "enum", none
		case *model.Struct, *model.Union:
			return s.declared(d)
		case *model.Native:
			return "void*", none
		case *model.Forward:
			if d.Of != "interface" {
				return d.Of + " " + d.ScopedName(), none
			}
			return s.className(d), none
		case *model.Interface:
			return s.className(d), none
		default:
			return d.About().ScopedName(), none
		}
	}
	return t.Kind.String(), none
}

// className is what stands for objects of a class.
func (s *shaper) className(d model.Decl) string {
	if name := d.About().ScopedName(); len(name) <= maxShape || s.whole {
		return name
	}
	return hashed(d.About().ScopedName())
}

// declared returns the shape of a structure or union. One that is around itself is ^ and how many are between.
func (s *shaper) declared(d model.Decl) (string, int) {
	if text, ok := s.known[d]; ok {
		return text, len(s.around)
	}
	if at := slices.Index(s.around, d); at >= 0 {
		return fmt.Sprintf("^%d", len(s.around)-1-at), at
	}
	if s.parts++; s.parts > maxParts || s.whole && s.over {
		s.over = true
		return d.About().ScopedName(), len(s.around)
	}
	at := len(s.around)
	s.around = append(s.around, d)
	var parts []string
	back, length := at+1, 0
	shape := func(t *model.Type) string {
		s.parts++
		text, to := s.of(t)
		back = min(back, to)
		if length += len(text) + 1; s.whole && length > MaxWhole {
			s.over, text = true, ""
		}
		return text
	}
	open, end := "{", "}"
	switch d := d.(type) {
	case *model.Struct:
		for _, m := range d.AllMembers() {
			parts = append(parts, shape(m.Type))
		}
	case *model.Union:
		open, end = "union(", ")"
		parts = append([]string{shape(d.Discriminator)}, arms(d, shape)...)
	}
	s.around = s.around[:at]
	text := strings.Join(parts, ",")
	if len(text) > maxShape && !s.whole {
		text = hashed(text)
	}
	text = open + text + end
	if back >= at { // it leads to nothing outside of itself, and is the same wherever it stands
		s.known[d] = text
		back = at
	}
	return text, back
}

// TellsDefault reports whether signatures say of a union that it has a default. Of a boolean they have both labels instead. Where default
// stands for one enumerator that is left they still say it, since it will stand for those that are appended.
func TellsDefault(u *model.Union) bool {
	return u.DefaultCase() != nil && u.Discriminator.Resolve().Kind != model.Boolean
}

// arms returns what follows each label of a union's, in the order of the labels: how they are written does not matter, nor whether a
// label is told that default would stand for.
func arms(u *model.Union, shape func(*model.Type) string) []string {
	of := map[string]string{}
	for _, c := range u.Cases {
		text := shape(c.Type)
		for _, l := range c.Labels {
			of[labelText(u, l)] = text
		}
	}
	if rest, ok := of["default"]; ok && !TellsDefault(u) {
		delete(of, "default")
		for _, label := range [...]string{"FALSE", "TRUE"} {
			if of[label] == "" {
				of[label] = rest
			}
		}
	}
	var all []string
	for label, text := range of {
		if label == "default" || text != of["default"] {
			all = append(all, label+":"+text)
		}
	}
	slices.Sort(all)
	return all
}

// labelText returns a label; enumerators, whose names do not matter, and characters by their numbers.
func labelText(u *model.Union, l model.Label) string {
	if l.Default || l.Value == nil {
		return "default"
	}
	if l.Value.Enumerator != nil {
		return fmt.Sprint(l.Value.Enumerator.Number())
	}
	if l.Value.Kind == model.CharValue || l.Value.Kind == model.WCharValue {
		return fmt.Sprint(l.Value.Char)
	}
	return l.Value.String()
}
