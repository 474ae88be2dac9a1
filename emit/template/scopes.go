package template

import "strings"

func isNamespace(head []word) bool {
	return len(head) > 0 && (head[0].text == "namespace" || len(head) > 1 && head[0].text == "inline" && head[1].text == "namespace")
}

// namespaceOf returns the name of a namespace: a::b of namespace a::b.
func namespaceOf(head []word) string {
	var parts []string
	for i, w := range head {
		if w.text == "namespace" || w.text == "inline" {
			continue
		}
		if w.kind != name || i+1 < len(head) && head[i+1].is("(") {
			if !w.is("::") {
				parts = nil
			}
			continue
		}
		parts = append(parts, w.text)
	}
	return strings.Join(parts, "::")
}

// join joins names of scopes, of which either may be empty.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "::" + b
}

// scope returns the names of the namespaces and classes that are open.
func (s *wordScanner) scope() string {
	at := ""
	for _, b := range s.open {
		if b.class != nil {
			at = b.class.name
		} else {
			at = join(at, b.name)
		}
	}
	return at
}

// classOf returns the name of the class whose head this is, and whether it is one.
func classOf(ws []word) (string, bool) {
	i := 0
	for ; i < len(ws); i++ {
		w := ws[i]
		switch {
		case w.text == "template" && i+1 < len(ws) && ws[i+1].is("<"):
			if i = closingAngle(ws, i+1); i < 0 {
				return "", false
			}
			continue
		case w.text == "class" || w.text == "struct" || w.text == "union":
		case w.text == "typedef" || specifiers[w.text] || w.text == "const" || w.isMacro():
			continue
		default:
			return "", false
		}
		break
	}
	if i == len(ws) {
		return "", false
	}
	found := ""
	for i++; i < len(ws); i++ {
		w := ws[i]
		switch {
		case w.is("["), i+1 < len(ws) && ws[i+1].is("(") && (withParentheses[w.text] || found == ""):
			open := i
			if !w.is("[") {
				open++
			}
			if i = closing(ws, open); i < 0 {
				return "", false
			}
		case w.is("<"):
			if i = closingAngle(ws, i); i < 0 {
				return "", false
			}
		case w.is(":"):
			return found, true
		case w.is("::"):
		case w.text == "final" && found != "":
		case w.kind == name && i > 0 && ws[i-1].is("::"):
			found = join(found, w.text)
		case w.kind == name:
			found = w.text
		default:
			return "", false
		}
	}
	return found, true
}
