package typelib

import (
	"strings"

	"github.com/opendsom/dsom/model"
)

func (r *record) comments(cs model.Comments) {
	r.count(len(cs))
	for _, c := range cs {
		r.str(strings.TrimRight(c.Text, "\r\n"))
	}
}

// node appends a name, and of what can belong to it that which there is.
func (r *record) node(n *model.Node) {
	doc, trailing := plain(n.Doc), plain(n.Trailing)
	r.bits(len(doc) > 0, nodeDoc, len(trailing) > 0, nodeTrailing, len(n.Annotations) > 0, nodeAnnotations,
		len(n.Pragmas) > 0, nodePragmas, len(n.Modifiers) > 0, nodeModifiers)
	r.str(n.Name)
	if len(doc) > 0 {
		r.comments(doc)
	}
	if len(trailing) > 0 {
		r.comments(trailing)
	}
	if len(n.Annotations) > 0 {
		r.annotations(n.Annotations)
	}
	if len(n.Pragmas) > 0 {
		r.count(len(n.Pragmas))
		for _, p := range n.Pragmas {
			r.str(p.Name)
			r.strs(p.Args)
			r.str(p.Text)
		}
	}
	if len(n.Modifiers) > 0 {
		r.modifiers(n.Modifiers)
	}
}

// plain returns comments without those which are annotations: //@key.
func plain(cs model.Comments) model.Comments {
	var out model.Comments
	for _, c := range cs {
		if !strings.HasPrefix(c.Text, "//@") {
			out = append(out, c)
		}
	}
	return out
}

func (r *record) modifiers(ms []model.Modifier) {
	r.count(len(ms))
	for _, m := range ms {
		r.str(m.Name)
		r.str(m.Value)
	}
}

func (r *record) annotations(as []model.Annotation) {
	r.count(len(as))
	for _, a := range as {
		r.str(a.Name)
		r.str(a.Decl)
		r.count(len(a.Params))
		for _, p := range a.Params {
			r.str(p.Name)
			r.str(p.Text)
			r.value(p.Value)
		}
	}
}

// value appends a value; 0 where there is none.
func (r *record) value(v *model.Value) {
	if v == nil {
		r.num(0)
		return
	}
	r.num(uint64(v.Kind) + 1)
	switch v.Kind {
	case model.BoolValue:
		r.bits(v.Bool, 1)
	case model.IntValue:
		r.str(v.Int.String())
	case model.FloatValue:
		r.str(v.Float.Text('g', -1))
		r.num(uint64(v.Float.Prec()))
	case model.CharValue, model.WCharValue:
		r.num(uint64(v.Char))
	case model.EnumValue:
		r.ref(v.Enumerator.Enum())
		r.num(uint64(v.Enumerator.Ordinal))
	default:
		r.str(v.Text)
	}
}

// typ appends the number of a type; 0 where there is none.
func (r *record) typ(t *model.Type) {
	if t == nil {
		r.num(0)
		return
	}
	r.num(r.e.typeNumber(t))
}

// typeNumber returns the number of a type. What it is made of has lower numbers.
func (e *encoder) typeNumber(t *model.Type) uint64 {
	r := &record{e: e}
	r.num(typeCode(t.Kind))
	r.str(t.Name)
	r.annotations(t.Annotations)
	switch t.Kind {
	case model.Named:
		r.ref(t.Decl)
	case model.String, model.WString:
		r.num(t.Bound)
	case model.Sequence:
		r.typ(t.Elem)
		r.num(t.Bound)
	case model.Array:
		r.typ(t.Elem)
		r.count(len(t.Dims))
		for _, n := range t.Dims {
			r.num(n)
		}
	case model.Pointer:
		r.typ(t.Elem)
	case model.Fixed:
		r.num(uint64(t.Digits))
		r.signed(int64(t.Scale))
	}
	n, ok := e.types[string(r.b)]
	if !ok {
		e.typeOrder = append(e.typeOrder, string(r.b))
		n = uint64(len(e.typeOrder))
		e.types[string(r.b)] = n
	}
	return n
}

func (r *record) typeList(ts []*model.Type) {
	r.count(len(ts))
	for _, t := range ts {
		r.typ(t)
	}
}

func (r *record) members(ms []*model.Member) {
	r.count(len(ms))
	for _, m := range ms {
		r.node(&m.Node)
		r.typ(m.Type)
	}
}

func (r *record) exceptions(es []*model.Exception) {
	r.count(len(es))
	for _, x := range es {
		r.ref(x)
	}
}

// id appends a repository id; nothing where it is what the names make.
func (r *record) id(i *model.Info) {
	if i.ID == naturalID(i) {
		r.str("")
		return
	}
	r.str(i.ID)
}

// naturalID returns the repository id that a declaration has without any pragma.
func naturalID(i *model.Info) string { return "IDL:" + strings.Join(i.Path(), "/") + ":1.0" }

// versionOnly returns those of a class's modifiers which its outline has.
func versionOnly(ms []model.Modifier) []model.Modifier {
	var out []model.Modifier
	for _, name := range []string{"majorversion", "minorversion"} {
		if v, ok := model.ModifierOf(ms, name); ok {
			out = append(out, model.Modifier{Name: name, Value: v})
		}
	}
	return out
}
