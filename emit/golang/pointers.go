package golang

import "github.com/opendsom/dsom/model"

// noPointers says why what has pointers cannot be generated.
const noPointers = "pointers of SOM IDL mean something within one process only, and cannot be in a call between two"

// hasPointer reports whether a declaration itself mentions a pointer.
func hasPointer(d model.Decl) bool {
	switch d := d.(type) {
	case *model.Typedef:
		return isPointer(d.Type)
	case *model.Struct:
		return anyPointer(d.Members)
	case *model.Exception:
		return anyPointer(d.Members)
	case *model.Union:
		for _, c := range d.Cases {
			if isPointer(c.Type) {
				return true
			}
		}
	case *model.Operation:
		for _, p := range d.Params {
			if isPointer(p.Type) {
				return true
			}
		}
		return isPointer(d.Result)
	case *model.Attribute:
		return isPointer(d.Type)
	}
	return false
}

func anyPointer(ms []*model.Member) bool {
	for _, m := range ms {
		if isPointer(m.Type) {
			return true
		}
	}
	return false
}

func isPointer(t *model.Type) bool {
	for ; t != nil; t = t.Elem {
		if t.Kind == model.Pointer {
			return true
		}
	}
	return false
}
