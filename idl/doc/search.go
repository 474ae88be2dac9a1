package doc

import (
	_ "embed"
	"encoding/json"

	"github.com/opendsom/dsom/model"
)

//go:embed assets/style.css
var style []byte

//go:embed assets/search.js
var script []byte

// index returns what the search looks through, as a script: for each declaration its name,
// kind, address from the root, and what it is, in a line.
func (s *site) index() []byte {
	list := [][4]string{}
	add := func(d model.Decl) {
		if h := s.href("index.html", d); h != "" {
			list = append(list, [4]string{d.About().ScopedName(), kindOf(d), h, summary(&d.About().Node)})
		}
	}
	kids := func(e *entry) {
		for _, d := range e.kids {
			add(d)
		}
		for _, d := range e.decls {
			for _, v := range values(d) {
				add(v)
			}
		}
	}
	kids(s.root)
	for _, e := range s.order {
		add(e.decls[0])
		kids(e)
	}
	b, _ := json.Marshal(list) // of strings: it cannot fail; and what is HTML in them is escaped
	return append(append([]byte("const declarations = "), b...), ";\n"...)
}

// values returns the named values of an enumeration or bit mask.
func values(d model.Decl) []model.Decl {
	var list []model.Decl
	switch d := d.(type) {
	case *model.Enum:
		for _, v := range d.Enumerators {
			list = append(list, v)
		}
	case *model.Bitmask:
		for _, v := range d.Flags {
			list = append(list, v)
		}
	}
	return list
}
