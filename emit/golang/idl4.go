package golang

import "github.com/opendsom/dsom/model"

// inAnnotation reports whether a declaration is one of an annotation, or stands in one: Go has
// no use for these.
func inAnnotation(d model.Decl) bool {
	for ; d != nil; d = d.About().Scope() {
		if _, ok := d.(*model.AnnotationDecl); ok {
			return true
		}
	}
	return false
}
